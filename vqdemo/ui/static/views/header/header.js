// The heading, and beside it the language of the page.

import { chooseLanguage, language, LANGUAGES } from "../../state/language.js";
import { linkTo } from "../../state/link.js";
import { canKeep } from "../../state/storage.js";
import { state } from "../../state/store.js";

export function mount(element) {
  const select = element.querySelector("select");
  const options = Object.entries(LANGUAGES).map(([code, name]) =>
    Object.assign(new Option(name, code), { lang: code }),
  );
  select.append(...options);
  select.value = language;
  select.addEventListener("change", () => {
    const carriesWork = !canKeep() && state.modelInfo;
    const { href, hash } = location;
    chooseLanguage(select.value, carriesWork ? linkTo(state, href).href + hash : href);
  });
}
