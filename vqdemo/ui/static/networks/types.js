// What goes in and out of the networks, as JSDoc types; there is nothing here to run.

/**
 * An image of 28x28 pixels, row by row: the ink of each, from 0 (paper) to 255.
 * @typedef {Uint8Array} Image
 */

/**
 * A grid of codes, row by row: 0 to num_codes - 1, or -1 where unknown.
 * @typedef {number[]} Grid
 */

/**
 * What an image is encoded to, and what comes back of it.
 * @typedef {{codes: Grid, image: Image}} Reconstruction
 */

/**
 * What the quantizer gets and gives for an image. `vectors`: the encoder's output for each cell, row by row.
 * @typedef {{vectors: Float32Array, codes: Grid}} Quantized
 */

/**
 * How the prior samples.
 * @typedef {object} Settings
 * @property {number | null} label the class asked for, null for any
 * @property {number} n how many grids
 * @property {number} temperature more than 0
 * @property {number} [top_p] up to 1: the least likely codes are left out
 * @property {number} guidance how strongly the class is insisted on, 0 or more
 * @property {number} seed equal seeds give equal grids
 * @property {boolean} [blind] whether a cell is drawn without the known cells after it
 */

/**
 * One completion of a grid; `log_prob`: natural-log probability of the cells that were unknown, null until it
 * is known.
 * @typedef {{codes: Grid, image: Image, log_prob: number | null}} Completion
 */

/**
 * What the code of one cell is drawn from.
 * @typedef {object} Die
 * @property {number[]} labels that it may be drawn with: the one asked for, or all
 * @property {number[][]} logits by these: of each code
 * @property {number[]} without logits of each code with no label
 * @property {number[]} known by these: log-probability given the known cells
 * @property {number[]} empty by these: log-probability given no cell
 * @property {number | null} needle of a cell that a completion has filled: the number, 0 to 1, that was drawn
 */

/**
 * All that the page knows of its model: model.json (ui/description.py).
 * @typedef {object} ModelInfo
 * @property {string} id changes with the weights of either network
 * @property {Record<NetworkName, NetworkFile>} networks
 * @property {NetworkFile | null} film of the VQ-VAE's training, where the weights have one
 * @property {[number, number]} grid_shape rows, columns
 * @property {number} num_codes
 * @property {string[]} labels the names of the classes
 * @property {number} background the code of a cell without ink
 * @property {Uint8Array[]} tiles by code: a square picture, 0 to 255, of what is usually drawn in and around
 *   a cell with it
 * @property {number[]} usage by code: its share of all cells of the training images, 0 to 1
 * @property {number[]} order all codes, in an order in which neighbours look alike
 * @property {number[][]} nearest by code: the codes that look most like it, the nearest first
 * @property {[number, number][]} map by code: its place (x, y), 0 to 1, on a map where codes that look alike
 *   lie together
 * @property {Partial<Settings>} defaults the sampling settings that suit the weights
 * @property {Example[]} examples one image a class
 * @property {Reconstruction} blank what an image without ink is encoded to
 * @property {Figures} figures measurements of the weights
 * @property {number} max_alternatives completions that may be asked for at once
 * @property {number} max_sample_row samples that may be asked for at once
 * @property {number} max_import_bytes the size of a file of codes
 * @property {number} max_upload_bytes the size of a picture file
 */

/** @typedef {Reconstruction & {label: string, drawing: Image}} Example */

/**
 * @typedef {object} Figures
 * @property {Figure[]} rows
 * @property {{pictures: number, set: string} | null} measured_on
 * @property {{any: number | null, given: number | null}} typical_bits mean length of a test image by the
 *   prior, without and with its label
 */

/**
 * A figure of these weights and of the notebook baseline's. `digits` after the point; `share`: whether it is
 * one, 0 to 1; `of`: how many codes there are, where codes were counted.
 * @typedef {object} Figure
 * @property {string} name
 * @property {number} digits
 * @property {boolean} share
 * @property {number} ours
 * @property {number | null} baseline
 * @property {{ours: number, baseline: number | null}} [of]
 */

/** @typedef {"vqvae" | "prior"} NetworkName */

/**
 * What has a worker, and what is fetched, of its own.
 * @typedef {NetworkName | "film"} WorkerName
 */

/**
 * The VQ-VAE at a moment of its training.
 * @typedef {object} FilmFrame
 * @property {number} epoch how many are finished
 * @property {number | null} steps batches, where the moment is within the first epoch
 * @property {boolean} rounds whether there is a codebook yet
 * @property {Grid | null} codes of the image asked about; null without a codebook
 * @property {Image} image it redrawn
 * @property {[number, number][] | null} map by code: where its vector lies, (x, y), 0 to 1
 */

/**
 * @typedef {object} Film
 * @property {FilmFrame[]} frames
 * @property {{mse: number[], commitment: number[]}} curves the mean of each epoch
 * @property {number} variance share of the final codes' variance that the map shows
 */

/**
 * How far a network is. `loaded`, `total`: bytes of its weights. `fault`: a sentence about what is wrong.
 * `simd`: false where all runs on plain loops, slower.
 * @typedef {object} NetworkStatus
 * @property {"waiting" | "loading" | "ready" | "failed"} phase
 * @property {number} loaded
 * @property {number} total
 * @property {string | null} fault
 * @property {boolean} [simd]
 */

/**
 * Of a network: its part of config.json, and its file of weights, relative to model.json.
 * @typedef {{config: any, file: string, bytes: number, sha256: string}} NetworkFile
 */

export {};
