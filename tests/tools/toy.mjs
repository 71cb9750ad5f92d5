// The toy of "How it can learn" under node: for a JSON file {toy, beta, picks, steps}, where it is after each
// step. `picks`: numbers in [0, 1) for its restarts.

import { readFileSync } from "node:fs";

import * as toys from "../../vqdemo/ui/static/views/how_learning/toy.js";

const { toy: given, beta, picks, steps } = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const taken = [];
const rounds = [];
let toy = toys.toy(given.descriptions, given.codes);
for (let i = 0; i < steps; i++) {
  const chosen = toys.forward(toy);
  const losses = toys.losses(toy, chosen);
  const members = toy.descriptions.map(({ z }) => z);
  toy = toys.descend(toy, toys.gradients(toy, chosen, beta));
  const random = () => {
    taken.push(i);
    return picks[taken.length - 1];
  };
  const { toy: after, restarted } = toys.restartDead(toys.walk(toy, members, chosen), members, random);
  toy = after;
  rounds.push({ chosen, losses, restarted, ...toy });
}
process.stdout.write(JSON.stringify(rounds));
