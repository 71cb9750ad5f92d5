// A loss, epoch by epoch, as a line from zero up, with a cursor at one epoch.

const [WIDTH, HEIGHT] = [100, 50]; // of its viewBox

/** @param {SVGSVGElement} svg */
export function curve(svg) {
  const [cursor, line, value] = ["cursor", "line", "value"].map((kind) => {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("class", kind);
    svg.append(path);
    return path;
  });
  let values = []; // by epoch; the first is that of epoch 1
  const across = (epoch) => (WIDTH * epoch) / values.length;
  const up = (epoch) => HEIGHT * (1 - values[epoch - 1] / Math.max(...values));

  return {
    /** @param {number[]} means of each epoch */
    build(means) {
      values = means;
      line.setAttribute("d", `M${values.map((_, i) => `${across(i + 1)} ${up(i + 1)}`).join("L")}`);
    },

    /** Put the cursor after an epoch; 0: before there is any value. */
    point(epoch) {
      cursor.setAttribute("d", `M${across(epoch)} 0V${HEIGHT}`);
      value.setAttribute("d", epoch ? `M${across(epoch)} ${up(epoch)}h0` : "M0 0");
    },
  };
}
