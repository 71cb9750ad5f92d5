// Roving focus: of the elements of a grid or list only the current one is reached by Tab; keys move on from
// there.

export function rovingFocus(options = {}) {
  let elements = [];
  let current = 0;
  /** Tab reaches this one. */
  const set = (place) => {
    current = place;
    elements.forEach((element, i) => (element.tabIndex = i === place ? 0 : -1));
  };
  return {
    get current() {
      return current;
    },
    set,
    over(all) {
      elements = all;
      set(current);
    },
    moveTo(place) {
      set(place);
      elements[place].focus(options);
    },
  };
}
