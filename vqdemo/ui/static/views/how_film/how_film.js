// The training film: the visitor's drawing as it would have been redrawn at moments of the training, the
// codebook moving into place, and the losses. The film is large, and is fetched when this part of the page is
// first seen.

/** @import { Film, FilmFrame } from "../../networks/types.js" */

import { rasterise } from "../../drawing/strokes.js";
import * as networks from "../../networks/client.js";
import { newestFirst } from "../../state/newest_first.js";
import { squaredError } from "../../state/patches.js";
import { fill } from "../../state/sentence.js";
import { state, watch } from "../../state/store.js";
import { showLoading } from "../parts/loading.js";
import { decimal, share } from "../parts/numbers.js";
import { depict, paint, picture } from "../parts/paint.js";
import { codesMap } from "./codes_map.js";
import { curve } from "./curve.js";

export function mount(element, { text }) {
  const part = (selector) => element.querySelector(selector);
  const slider = part("input");
  const map = codesMap(part(".map"));
  const curves = ["mse", "commitment"].map((name) => ({
    name,
    figure: part(`b.${name}`),
    chart: curve(part(`[data-curve=${name}]`)),
  }));
  showLoading(part(".wait"), "film");

  /** @type {Film | null} */
  let film = null;
  let drawn = null; // the drawing that it redraws, and
  let pixels = null; // that as an image
  let seen = false;
  const queue = newestFirst();

  new IntersectionObserver((entries, observer) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    seen = true;
    follow();
  }).observe(element);

  watch(["modelInfo", "view", "drawing", "networks"], follow);
  watch(["theme"], () => film && showAll());

  /** Ask for the film of what is drawn now, where it is looked at. */
  function follow() {
    const { modelInfo, view, drawing } = state;
    if (!modelInfo) return;
    part(".none").hidden = modelInfo.film !== null;
    part(".lead").hidden = part(".wait").hidden = modelInfo.film === null;
    if (!modelInfo.film || view !== "how" || !seen) return void queue(null);
    if (drawn !== drawing) queue((signal) => redraw(drawing, signal), drawing);
  }

  async function redraw(drawing, signal) {
    const image = rasterise(drawing);
    film = await networks.film(image, { signal });
    [drawn, pixels] = [drawing, image];
    part(".film").hidden = false;
    part(".film").style.setProperty("--moments", film.frames.length);
    slider.max = String(film.frames.length - 1);
    showAll();
  }

  function showAll() {
    const { frames, curves: values } = film;
    part(".strip").replaceChildren(
      ...frames.map((frame, i) => {
        const [figure, caption] = [document.createElement("figure"), document.createElement("figcaption")];
        const img = picture();
        depict(img, frame.image);
        caption.textContent = labelOf(frame);
        figure.append(img, caption);
        figure.addEventListener("click", () => {
          slider.value = String(i);
          show();
        });
        return figure;
      }),
    );
    for (const { name, chart } of curves) chart.build(values[name]);
    part(".about-map").textContent = fill(text.map_caption, { share: share(film.variance) });
    show(false);
  }

  /** The moment that the slider is at. */
  function show(glides = true) {
    const frame = film.frames[Number(slider.value)];
    const { epoch, image } = frame;
    slider.ariaValueText = labelOf(frame);
    [...part(".strip").children].forEach((figure, i) =>
      figure.classList.toggle("shown", i === Number(slider.value)),
    );
    paint(part(".redrawn"), image);
    part(".told").textContent = told(frame);
    map.show(frame.map, inked(frame), glides);
    part(".no-map").hidden = frame.map !== null;
    for (const { name, figure, chart } of curves) {
      chart.point(epoch);
      figure.textContent = epoch ? decimal(film.curves[name][epoch - 1], 4) : text.before_first;
    }
  }
  slider.addEventListener("input", () => show());

  /** @param {FilmFrame} frame */
  const labelOf = ({ epoch, rounds }) =>
    epoch ? fill(text.epoch, { epoch }) : rounds ? text.placed : text.start;

  /** The codes for ink that the drawing has. @param {FilmFrame} frame */
  const inked = ({ codes }) => new Set(codes?.filter((code) => code !== state.modelInfo.background));

  /** What a frame shows, in sentences. @param {FilmFrame} frame */
  function told(frame) {
    const { epoch, steps, rounds, image } = frame;
    const epochs = film.curves.mse.length;
    const when = rounds
      ? epoch
        ? fill(epoch === epochs ? text.told_last : text.told_epoch, { epoch, epochs })
        : text.told_placed
      : fill(text.told_start, { steps });
    const here = fill(text.here, { error: decimal(squaredError(image, pixels), 4) });
    return [when, here, ...(rounds ? [fill(text.here_codes, { count: inked(frame).size })] : [])].join(" ");
  }
}
