// What was asked: the prompt, and folded away what came before it.

import type { Prompt } from '../messages';
import { memo } from './memo';
import { amount, count, oneLine, visible } from './words';

const LONG = 400;

function Long({ text, summary }: { text: string; summary?: string }) {
  if (!summary && text.length <= LONG && text.split('\n', 8).length < 8) return <>{visible(text.trim())}</>;
  return (
    <details>
      <summary>{summary ?? oneLine(text, 160)}</summary>
      <div class="rbv-long">{visible(text)}</div>
    </details>
  );
}

export const Ask = memo(function Ask({ prompt, of }: { prompt: Prompt; of: number }) {
  const { system, earlier = [], tags = [], images = [] } = prompt;
  return (
    <dl class="rbv-ask">
      {system && (
        <div>
          <dt>system</dt>
          <dd>
            <Long text={system} />
          </dd>
        </div>
      )}
      {earlier.length > 0 && (
        <div>
          <dt>before</dt>
          <dd>
            <Long
              summary={count(earlier.length, 'earlier turn')}
              text={earlier.map(({ role, text }) => `${role}: ${text}`).join('\n\n')}
            />
          </dd>
        </div>
      )}
      <div>
        <dt>{of === 1 ? 'prompt' : `prompt ${amount(prompt.number)} of ${amount(of)}`}</dt>
        <dd>
          <Long text={prompt.text} />
          {of > 1 && tags.map((tag) => <Chip text={tag} />)}
          {images.map(({ name, bytes }) => (
            <Chip text={`image: ${oneLine(name, 40)}, ${amount(Math.max(1, Math.round(bytes / 1000)))} kB`} />
          ))}
        </dd>
      </div>
    </dl>
  );
});

export function Chip({ text, kind, title }: { text: string; kind?: string | undefined; title?: string | undefined }) {
  return (
    <span class={`rbv-chip ${kind ? `rbv-${kind}` : ''}`} title={title && oneLine(title, 300)}>
      {oneLine(text, 80)}
    </span>
  );
}
