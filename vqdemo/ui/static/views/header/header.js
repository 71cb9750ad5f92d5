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
    chooseLanguage(select.value, carriesWork ? linkTo(state, location.href).href : location.href);
  });
}
