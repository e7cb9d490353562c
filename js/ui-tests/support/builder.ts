// A notebook with a policy builder of a table that is made up, of simulated models.

import type { Locator } from '@playwright/test';
import type { Notebook } from './notebook';

/** Three models, and prompts of four kinds and of a fifth with a hostile name. */
const TABLE = `
import random
import routebook as rb
rng = random.Random(1)
right = {
    "sim/small": dict(arithmetic=.9, coding=.3, translation=.7, knowledge=.5),
    "sim/medium": dict(arithmetic=.92, coding=.6, translation=.85, knowledge=.65),
    "sim/large": dict(arithmetic=.93, coding=.9, translation=.86, knowledge=.85),
}
usd = {"sim/small": .0002, "sim/medium": .001, "sim/large": .006}
kinds = ["arithmetic", "coding", "translation", "knowledge", "<img src=x onerror=window.__pwned=1>"]
rows = []
for number in range(PROMPTS):
    kind = kinds[number % 5]
    row = {"prompt": f"Question {number} {rng.random()} about {kind}", "kind": kind}
    for model in right:
        row[model] = int(rng.random() < right[model].get(kind, .6))
        row[model + "_usd"] = usd[model] * (0.5 + rng.random())
    rows.append(row)
outcomes = rb.Outcomes.from_frame(rows, tag="kind", models=list(usd), cost={model: model + "_usd" for model in usd})
`;
/** Of so many prompts, a third of which is held out. */
export const cells = (prompts = 3000): string[] => [
  TABLE.replace('PROMPTS', String(prompts)),
  'builder = rb.PolicyBuilder(outcomes, name="desk")\nbuilder',
  'print(builder.policy)',
];

export const builderIn = (notebook: Notebook): Locator => notebook.output(1).locator('.rbp');
