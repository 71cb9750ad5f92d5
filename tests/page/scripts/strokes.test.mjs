// Which pointer makes a stroke: pen before palm, one finger but not two, and no longer than the button is down.

import assert from "node:assert/strict";
import { test } from "node:test";
import { followStrokes } from "../../../vqdemo/ui/static/views/parts/strokes.js";

/** An element whose strokes are told in `told`; `send(kind, pointer, more)` sends an event. */
function surface(begins = () => true) {
  const element = new EventTarget();
  element.setPointerCapture = () => {};
  const told = [];
  let now = 1e6;
  followStrokes(element, {
    begin: ({ pointerId }) => (begins() ? void told.push(`begin ${pointerId}`) : false),
    move: ({ pointerId }) => told.push(`move ${pointerId}`),
    end: () => told.push("end"),
    takeBack: () => told.push("take back"),
  });
  const send = (kind, pointer, more = {}) => {
    const event = new Event(`pointer${kind}`, { cancelable: true });
    now += more.after ?? 16;
    const down = kind === "down" || kind === "move";
    const fields = { button: kind === "down" ? 0 : -1, buttons: down ? 1 : 0, timeStamp: now, ...pointer, ...more };
    for (const [name, value] of Object.entries(fields)) Object.defineProperty(event, name, { value });
    element.dispatchEvent(event);
  };
  const lose = (pointer) => {
    const event = Object.assign(new Event("lostpointercapture"), pointer);
    element.dispatchEvent(event);
  };
  return { told, send, lose };
}

const MOUSE = { pointerId: 1, pointerType: "mouse", isPrimary: true };
const PEN = { pointerId: 2, pointerType: "pen", isPrimary: true };
const FINGER = { pointerId: 3, pointerType: "touch", isPrimary: true };
const SECOND = { pointerId: 4, pointerType: "touch", isPrimary: false };

test("a stroke goes from where the pointer is down to where it is up", () => {
  for (const pointer of [MOUSE, PEN, FINGER]) {
    const { told, send } = surface();
    for (const kind of ["move", "down", "move", "up", "move"]) {
      send(kind, pointer, kind === "move" && !told.length ? { buttons: 0, after: 16 } : {});
    }
    const id = pointer.pointerId;
    assert.deepEqual(told, [`begin ${id}`, `move ${id}`, "end"]);
  }
});

test("a pen wins over the palm that lay there first, and over one that comes later", () => {
  const { told, send } = surface();
  send("down", FINGER);
  send("down", PEN);
  send("move", FINGER);
  send("move", PEN);
  send("up", PEN);
  send("up", FINGER);
  send("down", FINGER); // the hand, while the pen is lifted
  send("up", FINGER);
  assert.deepEqual(told, ["begin 3", "take back", "begin 2", "move 2", "end"]);
  send("down", FINGER, { after: 60_000 }); // no pen for a while: a finger is a finger
  assert.equal(told.at(-1), "begin 3");
});

test("a second finger takes the stroke back, and neither draws until both are up", () => {
  const { told, send } = surface();
  send("down", FINGER);
  send("move", FINGER);
  send("down", SECOND);
  send("move", FINGER);
  send("move", SECOND);
  send("up", FINGER);
  send("move", SECOND);
  send("up", SECOND);
  assert.deepEqual(told, ["begin 3", "move 3", "take back"]);
  send("down", FINGER);
  assert.equal(told.at(-1), "begin 3");
});

test("where the browser takes a finger over, to zoom or scroll, there was no stroke", () => {
  const { told, send } = surface();
  send("down", FINGER);
  send("cancel", FINGER);
  assert.deepEqual(told, ["begin 3", "take back"]);
});

test("a button that came up unheard of ends the stroke", () => {
  for (const pointer of [MOUSE, PEN]) {
    const { told, send, lose } = surface();
    send("down", pointer);
    send("move", pointer, { buttons: 0 });
    send("move", pointer);
    assert.deepEqual(told, [`begin ${pointer.pointerId}`, "end"]);
    send("down", pointer);
    lose(pointer);
    send("move", pointer);
    assert.deepEqual(told.slice(2), [`begin ${pointer.pointerId}`, "end"]);
    send("down", pointer);
    send("down", pointer); // and where not even a move was heard, the next press begins a new one
    assert.deepEqual(told.slice(4), [`begin ${pointer.pointerId}`, "end", `begin ${pointer.pointerId}`]);
  }
});

test("other buttons begin none, an upside-down pen does, and so does not what `begin` refuses", () => {
  const { told, send } = surface();
  send("down", MOUSE, { button: 2, buttons: 2 });
  assert.deepEqual(told, []);
  send("down", PEN, { button: 5, buttons: 32 });
  assert.deepEqual(told, ["begin 2"]);
  const refusing = surface(() => false);
  refusing.send("down", MOUSE);
  refusing.send("move", MOUSE);
  assert.deepEqual(refusing.told, []);
});
