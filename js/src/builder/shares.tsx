// Who answers: the share of traffic of each model, as a bar in the models' colours.

import { percent } from '../view/words';
import { nameOf } from './figures';
import type { Model } from './messages';

interface SharesProps {
  shares: readonly number[];
  models: readonly Model[];
}

export function Shares({ shares, models }: SharesProps) {
  const own = models.map((model, at) => ({ model, share: shares[at] ?? 0 })).filter(({ share }) => share > 0);
  return (
    <div class="rbp-shares">
      <div class="rbp-bar" aria-hidden="true">
        {own.map(({ model, share }) => (
          <i key={model.id} class={`rbv-m${model.colour % 8}`} style={{ flexGrow: share }} />
        ))}
      </div>
      <ul aria-label="Who answers">
        {own.map(({ model, share }) => (
          <li key={model.id} class={`rbv-m${model.colour % 8}`}>
            <i class="rbv-dot" /> {nameOf(model, models)} <strong>{percent(share)}</strong>
          </li>
        ))}
      </ul>
    </div>
  );
}
