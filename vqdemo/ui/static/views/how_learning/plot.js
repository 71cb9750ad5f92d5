// The picture of the toy: descriptions and codes, which pointer and arrow keys move, the targets, and what
// the last step did. One description is followed: the one that was pointed at last shows its arrows more
// strongly.

/** @import { Point } from "./toy.js" */

import { fill } from "../../state/sentence.js";
import { decimal } from "../parts/numbers.js";

const [RADIUS, SIDE] = [0.055, 0.12]; // of a description, of a code
const EDGE = 1.42; // of the picture; what wanders off is shown there
const KEY_STEP = 0.05;
/** @type {Record<string, Point>} */
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @returns {SVGElement} */
function shape(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

const inside = ([x, y]) => /** @type {Point} */ ([x, y].map((v) => Math.max(-EDGE, Math.min(EDGE, v))));
const line = ([x1, y1], [x2, y2], kind) => shape("path", { class: kind, d: `M${x1} ${y1}L${x2} ${y2}` });

/** A line with a head at its end. */
function arrow([x1, y1], [x2, y2], kind) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const head = Math.min(0.07, length / 2);
  const [dx, dy] = length ? [((x2 - x1) / length) * head, ((y2 - y1) / length) * head] : [0, 0];
  const sides = [1, -1].map((s) => `${x2 - dx - (s * dy) / 2} ${y2 - dy + (s * dx) / 2}`);
  return shape("path", { class: kind, d: `M${x1} ${y1}L${x2} ${y2}M${sides[0]}L${x2} ${y2}L${sides[1]}` });
}

const plus = ([x, y], [dx, dy]) => /** @type {Point} */ ([x + dx, y + dy]);

/**
 * @param {SVGSVGElement} svg
 * @param {Record<string, string>} text
 * @param at the first that is shown: see start() in how_learning.js
 * @param {{moveDescription: (i: number, to: Point) => void, moveCode: (i: number, to: Point) => void}}
 * actions
 */
export function plot(svg, text, at, { moveDescription, moveCode }) {
  const [targets, traces] = [shape("g", {}), shape("g", {})];
  const codes = at.toy.codes.map((_, i) => handle("e", i, moveCode, () => at.toy.codes[i].e));
  const descriptions = at.toy.descriptions.map((_, i) =>
    handle("z", i, moveDescription, () => at.toy.descriptions[i].z),
  );
  let followed = 0;
  svg.append(targets, traces, ...codes, ...descriptions);

  /** A point that can be moved. */
  function handle(kind, i, move, place) {
    const group = shape("g", { "data-move": `${kind}${i}`, role: "application", tabindex: 0 });
    const body = {
      z: ["circle", { r: RADIUS }],
      e: ["rect", { x: -SIDE / 2, y: -SIDE / 2, width: SIDE, height: SIDE }],
    };
    const [name, size] = body[kind];
    group.append(shape("circle", { class: "hit", r: 0.13 }), shape(name, { class: kind, ...size }));
    const follow = () => kind === "z" && followed !== i && ((followed = i), draw());
    group.addEventListener("focus", follow);
    group.addEventListener("pointerenter", follow);
    group.addEventListener("pointerdown", (event) => {
      group.setPointerCapture(event.pointerId);
      svg.classList.add("moving");
    });
    group.addEventListener("pointermove", (event) => {
      if (group.hasPointerCapture(event.pointerId)) move(i, inside(under(event)));
    });
    group.addEventListener("lostpointercapture", () => svg.classList.remove("moving"));
    group.addEventListener("keydown", (event) => {
      const way = KEYS[event.key];
      if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      move(i, inside(plus(place(), [way[0] * KEY_STEP, way[1] * KEY_STEP])));
    });
    return group;
  }

  /** The point under a pointer. @returns {Point} */
  function under({ clientX, clientY }) {
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [x, y];
  }

  function put(group, place, words, i) {
    const [x, y] = inside(place);
    group.style.transform = `translate(${x}px, ${y}px)`;
    group.ariaLabel = fill(words, { number: i + 1, x: decimal(place[0], 2), y: decimal(-place[1], 2) });
  }

  function draw() {
    const { toy, before, chosen, pulls, done } = at;
    const strength = (i) => (i === followed ? " followed" : "");
    toy.descriptions.forEach(({ z }, i) => put(descriptions[i], z, text.description_at, i));
    toy.codes.forEach(({ e }, i) => put(codes[i], e, text.code_at, i));
    targets.replaceChildren(
      ...toy.descriptions.map(({ target: [x, y] }, i) => {
        const cross = `M${x - 0.035} ${y - 0.035}l.07.07m0-.07l-.07.07`;
        return shape("path", { class: `target${strength(i)}`, d: cross });
      }),
    );
    const drawn = [];
    before.descriptions.forEach(({ z }, i) => {
      if (!chosen) return;
      const { e } = before.codes[chosen[i]];
      const [from, code] = [inside(z), inside(e)];
      const now = done < 3 ? code : inside(toy.codes[chosen[i]].e);
      drawn.push(line(from, now, `link${strength(i)}`));
      if (done > 1) drawn.push(shape("circle", { class: "was", cx: from[0], cy: from[1], r: RADIUS }));
      if (done !== 2) return;
      const { straight, commitment } = pulls[i];
      drawn.push(
        arrow(code, inside(plus(e, straight)), `straight${strength(i)}`),
        arrow(from, inside(plus(z, straight)), `straight${strength(i)}`),
        arrow(from, inside(plus(z, commitment)), `commitment${strength(i)}`),
      );
    });
    if (done === 3)
      before.codes.forEach(({ e }, i) => {
        const [x, y] = inside(e);
        drawn.push(
          shape("rect", { class: "was e", x: x - SIDE / 2, y: y - SIDE / 2, width: SIDE, height: SIDE }),
        );
        drawn.push(arrow([x, y], inside(toy.codes[i].e), "walked"));
      });
    traces.replaceChildren(...drawn);
  }

  return {
    /** @param now where the toy stands @param {boolean} glides whether points glide to their places */
    show(now, glides) {
      at = now;
      svg.classList.toggle("glides", glides);
      draw();
    },
  };
}
