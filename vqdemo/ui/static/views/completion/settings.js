// The settings of completions: fields that write them, and show what they are.

import { rollSeed, setSettings } from "../../state/completions.js";
import { state, watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { decimal } from "../parts/numbers.js";

export function mountSettings(element, text) {
  const fields = [...element.querySelectorAll("[name]")];
  const fieldOf = (name) => fields.find((field) => field.name === name);
  wireButtons(element, { dice: rollSeed });

  for (const field of fields) {
    field.addEventListener("change", () => {
      if (field.value === "" && field.type === "number") return show();
      let value = field.value === "" ? null : Number(field.value);
      if (field.type === "number") value = Math.round(Math.min(Math.max(value, field.min), field.max));
      setSettings({ [field.name]: value });
      show();
    });
    field.addEventListener("input", () => {
      showOutput(field);
      if (field.type === "range") setSettings({ [field.name]: Number(field.value) }); // the die follows
    });
  }

  function show() {
    if (!state.settings) return;
    for (const field of fields) {
      field.value = state.settings[field.name] ?? "";
      // Not the slider's own value, which is the nearest of its steps.
      showOutput(field, state.settings[field.name]);
    }
  }

  function showOutput(field, value = field.value) {
    const output = field.parentElement.querySelector("b");
    if (output) output.textContent = decimal(Number(value), 2);
  }

  watch(["modelInfo"], ({ modelInfo }) => {
    if (!modelInfo) return;
    fieldOf("n").max = modelInfo.max_alternatives;
    const options = modelInfo.labels.map((name, label) => new Option(name, String(label)));
    fieldOf("label").replaceChildren(new Option(text.any, ""), ...options);
  });
  watch(["settings"], show);
}
