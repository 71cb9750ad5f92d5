// Dark or light: as the address asks (?__theme=dark), else as the system is set. Not a module, so that it
// runs before the page is first drawn.

{
  const asked = new URLSearchParams(location.search).get("__theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (asked === "dark" || asked === "light" ? asked === "dark" : system.matches);
  const show = () => document.documentElement.classList.toggle("dark", isDark());
  system.addEventListener("change", show);
  show();
}
