// The language of the page: what the address asks for (?lang=fr), else what was chosen on this machine, else
// the first of the browser's that there is, else English. It stands, with its direction, on the page's root
// before anything is drawn. What the sentences are is in ui/texts; mounting.js fetches them.

/** By its code, the name of each language in itself. @type {Record<string, string>} */
export const LANGUAGES = {
  en: "English",
  es: "Español",
  fr: "Français",
  de: "Deutsch",
  zh: "简体中文",
  ar: "العربية",
};
export const SOURCE = "en"; // the language of the page as it is built
const RIGHT_TO_LEFT = ["ar"];
const PARAMETER = "lang";
const KEY = "vqdemo-language";

/** A page of another site keeps its own language; tests have no page. @type {HTMLElement | undefined} */
const root = globalThis.document?.querySelector?.("gradio-app[src]") ?? globalThis.document?.documentElement;

const known = (tag) => Object.keys(LANGUAGES).find((code) => code === tag?.toLowerCase().split("-")[0]);

/** Storages may be refused. */
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
const kept = () => attempt(() => localStorage.getItem(KEY));
const keep = (code) => attempt(() => localStorage.setItem(KEY, code));

function found() {
  if (!root) return SOURCE;
  const asked = new URLSearchParams(location.search).get(PARAMETER);
  return [asked, kept(), ...(navigator.languages ?? [])].map(known).find(Boolean) ?? SOURCE;
}

export const language = found();
export const isRightToLeft = RIGHT_TO_LEFT.includes(language);

// Digits are those that are drawn, in every language.
const locale = new Intl.Locale(language, { numberingSystem: "latn" });

/** @param {Intl.NumberFormatOptions} [options] */
export const numberFormat = (options) => new Intl.NumberFormat(locale, options);

if (root) {
  root.lang = language;
  root.dir = isRightToLeft ? "rtl" : "ltr";
}

/**
 * Show the page in another language from now on. It is loaded anew.
 * @param {string} code
 * @param {string} address of the page
 */
export function chooseLanguage(code, address) {
  keep(code);
  const there = new URL(address);
  there.searchParams.set(PARAMETER, code);
  location.replace(there);
}
