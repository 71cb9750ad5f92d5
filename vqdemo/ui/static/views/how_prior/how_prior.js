// The prior: in which order it fills cells, what it reads for the cell pointed at, and what it draws that
// cell's code from; and the same completions once more by the prior blind to known cells after a cell, as a
// plain PixelCNN is. All of it is about the workbench's unknown cells, or the lower half of its digit.

import * as networks from "../../networks/client.js";
import { knowsLaterCells, seenOf, sightsOf, turnsIn } from "../../state/context.js";
import { codeAt, sharesOf } from "../../state/die.js";
import { cellsOfPart, placeOf, UNKNOWN } from "../../state/grid.js";
import { newestFirst } from "../../state/newest_first.js";
import { fill } from "../../state/sentence.js";
import { state, watch } from "../../state/store.js";
import { wireButtons } from "../parts/buttons.js";
import { diePainter } from "../parts/die.js";
import { showLoading } from "../parts/loading.js";
import { decimal } from "../parts/numbers.js";
import { staleness } from "../parts/stale.js";
import { mountCells } from "./cells.js";
import { mountCompletions } from "./completions.js";

const SHOWN = 4; // completions of either kind
const HALF = "bottom"; // is completed where the workbench has no unknown cell

export function mount(element, { text }) {
  const part = (selector) => element.querySelector(selector);
  const grid = mountCells(part(".cells"), text, (pointed) => {
    if (pointed === cell) return;
    cell = pointed;
    show();
  });
  const drawDie = diePainter(part(".die"), text);
  const setStale = staleness(part(".die"));
  const showRow = mountCompletions(text);
  showLoading(part(".told"), "prior");

  let blind = false;
  let cell = null; // the one pointed at
  let question = null; // the grid that is completed,
  let from = null; // the workbench's grid that it is made of, and
  let order = []; // all cells in generation order
  let answers = null; // {question, settings, told, untold}: completions; untold is null until it is asked for

  const queueAnswers = newestFirst();
  const queueDie = newestFirst();

  wireButtons(element, {
    blind() {
      blind = !blind;
      part("[data-do=blind]").ariaPressed = String(blind);
      ask();
      show();
    },
  });

  watch(["modelInfo", "view", "codes", "settings", "theme", "networks"], ({ modelInfo, view, codes }) => {
    if (!modelInfo || view !== "how") {
      queueAnswers(null);
      queueDie(null);
      return;
    }
    if (from !== codes) pose(codes, modelInfo);
    ask();
    show();
  });

  function pose(codes, { grid_shape: shape }) {
    from = codes;
    const isWhole = !codes.includes(UNKNOWN);
    const erased = isWhole ? cellsOfPart(HALF, shape) : [];
    question = codes.map((code, other) => (erased.includes(other) ? UNKNOWN : code));
    order = networks.generationOrder(codes.map(() => UNKNOWN));
    const begins = order[0] === 0 ? [] : [text.backward];
    part(".subject").textContent = [...begins, isWhole ? text.half : text.unknown].join(" ");
    const filled = networks.generationOrder(question);
    cell ??= filled[Math.floor(filled.length / 2)];
  }

  function areCurrent() {
    return answers?.question === question && answers.settings === state.settings;
  }

  function ask() {
    const { settings } = state;
    if (areCurrent() && (answers.untold || !blind)) return queueAnswers(null);
    const [asked, both] = [question, blind];
    queueAnswers(
      async (signal) => {
        const complete = (more) => networks.complete(asked, { ...settings, n: SHOWN, ...more }, { signal });
        const told = areCurrent() ? answers.told : await complete({});
        const untold = both ? await complete({ blind: true }) : null;
        answers = { question: asked, settings, told, untold };
        if (state.view === "how") show();
      },
      [both, JSON.stringify(settings), asked].join(),
    );
  }

  function show() {
    const sights = sightsOf(cell, question, order, blind);
    const { told = null, untold = null } = areCurrent() ? answers : {};
    const filled = (blind ? untold : told)?.[0].codes ?? question;
    grid.show({ cell, sights, filled, question, turns: turnsIn(order) });
    showSight(sights);
    part(".untold").hidden = !blind;
    if (told) showRow(part(".told .row"), told, question);
    if (untold) showRow(part(".untold .row"), untold, question);
    part(".verdict").textContent = blind && told && untold ? verdict(told, untold) : "";
    const isFilled = question[cell] === UNKNOWN;
    setStale(true);
    if (filled === question) return queueDie(null); // its completion is on its way
    askDie(seenOf(filled, sights), isFilled, filled[cell]);
  }

  function showSight(sights) {
    const count = (sight) => sights.filter((each) => each === sight).length;
    const [row, column] = placeOf(cell, state.modelInfo.grid_shape[1]);
    part(".sight").textContent = fill(blind ? text.sight_blind : text.sight, {
      row: row + 1,
      column: column + 1,
      turn: turnsIn(order)[cell] + 1,
      before: count("before"),
      after: count("after"),
      unseen: count("unseen"),
    });
  }

  /** The die of the cell, from what is seen. `present`: the code that it has. */
  function askDie(codes, isFilled, present) {
    const { settings } = state;
    const asked = { codes, cell, label: settings.label };
    const drawn = isFilled ? { ...settings, codes: question, first: 0 } : null;
    queueDie(
      async (signal) => {
        const die = await networks.die({ ...asked, drawn }, { signal });
        if (state.view !== "how" || asked.cell !== cell) return;
        drawDie(die, settings, present);
        setStale(false);
        const sentence = isFilled ? (blind ? text.drawn_blind : text.drawn) : text.known;
        const code = isFilled ? codeAt(die.needle, sharesOf(die, settings)) : present;
        part(".drawn").textContent = fill(sentence, { code });
      },
      [cell, blind, JSON.stringify(settings), codes].join(),
    );
  }

  /** What being told is worth, in bits: what completions of either kind take given all known cells. */
  function verdict(told, untold) {
    if (!knowsLaterCells(question, order)) return text.same;
    const bits = (list) =>
      decimal(list.reduce((sum, { log_prob }) => sum - log_prob, 0) / list.length / Math.LN2, 0);
    return fill(text.verdict, { told: bits(told), untold: bits(untold) });
  }
}
