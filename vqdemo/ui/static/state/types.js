// The parts of the page's state, as JSDoc types; there is nothing here to run.

/** @import { Completion, Die, Grid, Image, ModelInfo, NetworkStatus, Quantized, Settings, WorkerName } from "../networks/types.js" */
/** @import { findDigit } from "../drawing/framing.js" */
/** @import { Drawing } from "../drawing/strokes.js" */

/**
 * @typedef {object} State
 * @property {ModelInfo | null} modelInfo null until it has come
 * @property {Record<WorkerName | "model", NetworkStatus>} networks how far model.json, the networks and
 *   the film are
 * @property {Drawing | null} drawing what is on the pad
 * @property {Grid | null} encoded the codes of a drawing, and
 * @property {Drawing | null} encodedDrawing which drawing that was: when it is not `drawing`, a newer
 *   encoding is due
 * @property {Grid | null} codes the grid as edited, which all else on the page follows
 * @property {Image | null} image the image decoded from a grid, and
 * @property {Grid | null} decodedCodes which grid that was: when it is not `codes`, a newer decoding is due
 * @property {Alternatives | null} alternatives the completions asked for last
 * @property {boolean} completing whether completions are under way
 * @property {Preview | null} preview a completion that is shown in the place of the grid, and not kept
 * @property {Framing | null} framing a picture that may become the drawing
 * @property {number} speed cells a second at which one that is watched is filled in
 * @property {Set<number>} selected the selected cells
 * @property {{cell: number} | {code: number} | null} pointed what is pointed at, which every view shows
 * @property {{codes: Grid, cell: number, image: Uint8Array} | null} footprint how much each pixel depends on
 *   the cell pointed at
 * @property {{codes: Grid, label: number | null, probabilities: Float32Array} | null} expected cell by cell,
 *   the probability of each code given all other cells, and the label asked for
 * @property {{codes: Grid, cell: number, key: string, list: Offer[]} | null} whatIf the likeliest codes of
 *   the selected cell
 * @property {{codes: Grid, probabilities: number[]} | null} belief the probability of each label given the
 *   known cells of a grid: when it is not `codes`, a newer one is due
 * @property {{codes: Grid, settings: Settings, count: number, image: Image} | null} ghost the average of so
 *   many completions of a grid
 * @property {boolean} ghosting whether it is made and shown
 * @property {(Die & {codes: Grid, cell: number, label: number | null, number: number | null}) | null} die
 *   of the cell that is being filled or selected; number: of the completion that filled it, or null
 * @property {{codes: Grid, label: number | null, bits: number, change: number | null} | null} length of a
 *   grid by the prior, and how much the last edit added
 * @property {{codes: Grid, label: number | null, bits: number[] | null} | null} moves cell by cell, how far
 *   the last edit moved what is expected there; null without an edit
 * @property {boolean} moving whether the grid is tinted by that
 * @property {boolean} surprise whether the grid is tinted by how unexpected each code is
 * @property {number[]} recent the codes last written by hand, the newest first
 * @property {Settings | null} settings of completions
 * @property {Sampling | null} sampling settings of the samples
 * @property {Graft} graft
 * @property {number | null} opened the cell that "How it works" is about
 * @property {Encoding | null} encoding of the drawing, while "How it works" is open: where that is of an
 *   older drawing, a newer one is due
 * @property {{image: Image, cell: number, moves: Float32Array, measured: number} | null} receptiveField how
 *   far inverting each pixel of an image moves the encoder's output for a cell, and of how many that is known
 * @property {OpenLesson | null} lesson
 * @property {Record<string, number | null>} solved the lessons that were solved, by name: the best score, or
 *   null
 * @property {Loss | null} loss made while a lesson asks for it
 * @property {string} view which part of the page is open
 * @property {number} theme grows when the colours change, for what is painted rather than styled
 * @property {Message | null} message in the status line
 * @property {{text: string} | null} announcement said to those who listen, and not shown
 * @property {boolean} canUndo
 * @property {boolean} canRedo
 */

/**
 * @typedef {object} Alternatives
 * @property {Grid} question the grid that was completed
 * @property {Settings} settings
 * @property {Completion[]} list in the order in which they were drawn
 * @property {number[]} order the unknown cells in generation order
 * @property {number | null} adopted which completion is in the grid
 */

/**
 * A completion on show before it is kept.
 * @typedef {object} Preview
 * @property {Grid} question as in the alternatives,
 * @property {number[]} order and so is this
 * @property {Completion} completion
 * @property {number} number which of the alternatives it is
 * @property {number} at how many cells of `order` are filled
 * @property {Grid} codes the grid so far
 * @property {boolean} watched whether it is filled in cell by cell as the visitor asked, with
 * @property {number[]} entropies in nats, of the distribution that the code of each filled cell was sampled
 *   from, and
 * @property {{code: number, probability: number, entropy: number} | null} chosen the cell filled last
 * @property {boolean} playing
 * @property {{preview: Preview | null} | null} behind where the visitor only glances at it, what is shown
 *   afterwards
 */

/**
 * A picture, what the visitor wishes of it, and the digit that is found, if any.
 * @typedef {object} Framing
 * @property {ImageData} picture
 * @property {number[] | null} crop left, top, right, bottom in pixels: all that is looked at
 * @property {"dark" | "light" | null} ink null: as the picture has it
 * @property {ReturnType<typeof findDigit> | null} found
 */

/**
 * What the encoder gives for a drawing and its codes, and the codebook that these are chosen from.
 * @typedef {Quantized & {drawing: Drawing, image: Image, codebook: Float32Array}} Encoding
 */

/**
 * A code for a cell, and what the grid draws with it there. `alike`: other codes with which it draws the
 * same, for all that can be seen; `probability` is that of all of them.
 * @typedef {{code: number, probability: number, image: Image, alike: number[]}} Offer
 */

/** @typedef {{temperature: number, guidance: number, seed: number}} Sampling */

/**
 * A second grid, and which cells are taken from it.
 * @typedef {{other: Grid | null, taken: number[]}} Graft
 */

/**
 * The lesson that is open.
 * @typedef {object} OpenLesson
 * @property {number} number from 1 on
 * @property {number | null} beat the score that a link challenges the visitor to reach
 * @property {Settings | null} before the settings that stood before it was started
 * @property {{codes: Grid, image: Image} | null} start what it began with; null until it is started
 * @property {number} tries how often it was started
 * @property {boolean} isGuessing whether a completion is to be predicted, and not on show yet
 * @property {number | null} guess the label that the visitor expects
 * @property {number[] | null} outcome the probability of each label for the completion that came
 */

/**
 * What is lost of a drawing in a reconstruction: see lossOf() in lessons/loss.js.
 * @typedef {{drawing: Drawing, image: Image, cells: number[], share: number, ink: number}} Loss
 */

/** @typedef {{text: string, kind: "note" | "error"}} Message */

/**
 * What undo brings back: the whole work, not the last gesture of one view.
 * @typedef {Pick<State, "drawing" | "encoded" | "encodedDrawing" | "codes" | "image" | "decodedCodes" |
 *   "alternatives">} Step
 */

/** @typedef {{past: Step[], future: Step[], now: Step}} History */

export {};
