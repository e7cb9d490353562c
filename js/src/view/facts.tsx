// What an answer cost and how long it took: a line for each, with a bar against the largest beside it.

import type { ComponentChildren } from 'preact';
import type { Answer } from '../messages';
import { growing, listed } from './ui';
import { amount, firstAndTotal, known, rate, usd, type Figure } from './words';

/** The largest of each figure among the answers to a prompt. */
export interface Scale {
  usd: number;
  seconds: number;
  rate: number;
  tokens: number;
}

export function scaleOf(answers: readonly Answer[]): Scale {
  const most = (figure: (answer: Answer) => Figure): number =>
    answers.reduce((largest, answer) => Math.max(largest, figure(answer) ?? 0), 0);
  return {
    usd: most(listed),
    seconds: most((answer) => answer.latency_s),
    rate: most((answer) => answer.tokens_per_s),
    tokens: most((answer) => answer.output_tokens),
  };
}

interface FactProps {
  name: string;
  value: string;
  /** Beside the value, softer. */
  more?: string | undefined;
  title?: string | undefined;
  most?: number;
  /** What the bar shows: the whole, and of it the part drawn strong. */
  whole?: Figure;
  part?: Figure;
}

function Fact({ name, value, more, title, most = 0, whole, part }: FactProps) {
  const width = (of: number): string => `width:${Math.min(100, (100 * of) / most).toFixed(1)}%`;
  return (
    <div title={title}>
      <dt>{name}</dt>
      <span class="rbv-bar" aria-hidden="true">
        {most > 0 && known(whole) && <i class={part === undefined ? '' : 'rbv-part'} style={width(whole)} />}
        {most > 0 && known(part) && <i style={width(part)} />}
      </span>
      <dd class={/^(unknown|none|–)$/.test(value) ? 'rbv-soft' : ''}>
        {value}
        {more && <span class="rbv-soft"> {more}</span>}
      </dd>
    </div>
  );
}

interface FactsProps {
  answer: Answer;
  scale: Scale;
  /** A further line. */
  children?: ComponentChildren;
}

export function Facts({ answer, scale, children }: FactsProps) {
  const live = growing(answer);
  const was = answer.usd === 0 && answer.list_usd ? `was ${usd(answer.list_usd)}` : undefined;
  return (
    <dl class="rbv-facts">
      <Fact
        name="cost"
        value={live ? '–' : usd(answer.usd)}
        more={was}
        title={answer.price && `Price: ${answer.price}`}
        most={scale.usd}
        whole={listed(answer)}
        part={known(answer.list_usd) ? answer.usd : undefined}
      />
      <Fact
        name="first / total"
        value={live && !known(answer.latency_s) ? '–' : firstAndTotal(answer.ttft_s, answer.latency_s)}
        title="Seconds to the first visible text and to the end, from just before the request"
        most={scale.seconds}
        whole={answer.latency_s}
        part={answer.ttft_s ?? null}
      />
      {answer.phase === 'failed' ? (
        <Fact name="tries" value={String(answer.tries ?? 1)} />
      ) : (
        <Fact
          name="speed"
          value={live ? '–' : rate(answer.tokens_per_s)}
          title="Visible output tokens a second, after the first"
          most={scale.rate}
          whole={answer.tokens_per_s}
        />
      )}
      <Fact
        name="tokens"
        value={known(answer.input_tokens) || known(answer.output_tokens) ? tokens(answer) : live ? '–' : 'unknown'}
        title={spent(answer)}
        most={scale.tokens}
        whole={answer.output_tokens}
        part={answer.reasoning_tokens ? (answer.output_tokens ?? 0) - answer.reasoning_tokens : undefined}
      />
      {children}
    </dl>
  );
}

const written = (tokens: Figure): string => (known(tokens) ? amount(tokens) : '–');

const tokens = (answer: Answer): string => `${written(answer.input_tokens)} / ${written(answer.output_tokens)}`;

function spent(answer: Answer): string {
  const cached = answer.cached_tokens ? `, ${amount(answer.cached_tokens)} of them from the host's cache` : '';
  const hidden = answer.reasoning_tokens ? `, ${amount(answer.reasoning_tokens)} of them reasoning` : '';
  return `${written(answer.input_tokens)} in${cached}; ${written(answer.output_tokens)} out${hidden}`;
}
