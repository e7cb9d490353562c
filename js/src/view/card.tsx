// One answer: who gave it, what it took, what it says, and what can be done with it.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Answer as AnswerData, Model } from '../messages';
import { Answer, Box } from './answer';
import { Chip } from './ask';
import { Facts, type Scale } from './facts';
import { Stop } from './header';
import type { Host } from './host';
import { growing, type Format } from './ui';
import { oneLine } from './words';

const PHASES: Partial<Record<AnswerData['phase'], string>> = {
  queued: 'queued',
  waiting: 'trying again',
  streaming: 'streaming',
  failed: 'failed',
};

export interface CardProps {
  answer: AnswerData;
  /** `null` while it is blind. */
  model: Model | null;
  /** What it is called while it is blind, and after. */
  label?: string | undefined;
  scale: Scale;
  format: Format;
  host: Host;
  onStop: (model: Model) => Promise<void>;
  /** Beside its name, at the right. */
  aside?: ComponentChildren;
  /** What was said of it, under what it took. */
  judged?: ComponentChildren;
  /** Instead of its text. */
  instead?: ComponentChildren;
  /** What can be done with it once it has ended. */
  children?: ComponentChildren;
}

export function Card({ answer, model, label, scale, format, host, onStop, aside, judged, instead, children }: CardProps) {
  const { phase, badges = [], tries = 1 } = answer;
  const grows = growing(answer);
  const name = model ? oneLine(model.name, 80) : (label ?? 'Answer');
  const phaseWord = answer.failure?.kind === 'interrupted' ? 'stopped' : PHASES[phase];
  const [more, setMore] = useState(false);
  const [whole, setWhole] = useState(false);
  return (
    <article class={`rbv-card ${model ? `rbv-m${model.colour % 8}` : ''} ${whole ? 'rbv-whole' : ''}`} aria-label={name} data-answer={answer.id}>
      <div class="rbv-head">
        <div class="rbv-name">
          <h4 title={model?.id}>
            {name}
            {model && label && <span class="rbv-soft"> {label}</span>}
          </h4>
          {aside}
        </div>
        <div class="rbv-host">
          {model && <span>{oneLine(answer.host ?? model.host, 60)}</span>}
          {phaseWord && <Chip text={phaseWord} kind={phase === 'failed' ? 'bad' : undefined} />}
          {grows && tries > 1 && <Chip text={`try ${tries}`} />}
          {(model ? badges : badges.filter(({ kind }) => kind === 'warning')).map(({ text, kind, title }) => (
            <Chip text={text} kind={kind} title={title} />
          ))}
        </div>
      </div>
      {model && phase !== 'missing' ? <Facts answer={answer} scale={scale}>{judged}</Facts> : <div />}
      <Box grows={grows} label={model ? `Answer of ${name}` : name} onOverflow={setMore}>
        {instead ?? <Answer answer={answer} format={format} host={host} />}
      </Box>
      <div class="rbv-foot">
        {grows && model ? (
          <Stop
            words="Stop"
            title={`Stop ${name}`}
            unavailable={host.unavailable()}
            onStop={() => onStop(model)}
          />
        ) : (
          children
        )}
        {(more || whole) && (
          <button type="button" class="rbv-btn rbv-quiet" aria-expanded={whole} onClick={() => { setWhole(!whole); }}>
            {whole ? 'Less' : 'All of it'}
          </button>
        )}
      </div>
    </article>
  );
}
