// What a model said: block by block, so that of an answer that grows only the end is made again.

import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Answer as AnswerData, Failure } from '../messages';
import type { Host } from './host';
import { cut, html, type Cut } from './markdown';
import { memo } from './memo';
import { growing, type Format } from './ui';
import { oneLine, visible } from './words';

type Kind = Cut['kind'];

/** `host` is left out while the block may still grow: half a formula is not typeset. */
const Block = memo(function Block({ text, kind, host }: { text: string; kind: Kind; host: Host | null }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!host || kind === 'plain' || !element.current) return; // to measure what is endless takes as long as to draw it
    for (const formula of element.current.querySelectorAll('span')) host.typeset?.(formula);
    for (const wide of element.current.querySelectorAll<HTMLElement>('pre, table')) {
      if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0; // what scrolls can be reached by keyboard
    }
  }, [text, kind, host]);
  return <div ref={element} class={`rbv-${kind}`} dangerouslySetInnerHTML={{ __html: html(kind, text) }} />;
});

interface TextProps {
  text: string;
  grows: boolean;
  source: boolean;
  host: Host;
}

export const Text = memo(function Text({ text, grows, source, host }: TextProps) {
  const before = useRef<Cut | undefined>(undefined);
  const made = cut(text, grows, before.current, source);
  before.current = made;
  const last = made.blocks.length - 1;
  return (
    <div class={`rbv-text ${grows ? 'rbv-grows' : ''}`}>
      {made.blocks.map((block, index) => (
        <Block key={index} text={block} kind={made.kind} host={grows && index === last ? null : host} />
      ))}
      {grows && !made.blocks.length && <span class="rbv-caret" />}
    </div>
  );
});

/** A line of ours, with names in backticks shown as code. */
function Ticked({ text }: { text: string }) {
  return (
    <>
      {oneLine(text, 1000)
        .split(/`([^`]+)`/)
        .map((part, index) => (index % 2 ? <code>{part}</code> : part))}
    </>
  );
}

function Failed({ failure, started }: { failure: Failure; started: boolean }) {
  return (
    <>
      <div class="rbv-failure">
        <strong>
          <Ticked text={failure.message} />
        </strong>
        {failure.hint && (
          <p>
            <Ticked text={failure.hint} />
          </p>
        )}
      </div>
      {started && <p class="rbv-soft">What came before:</p>}
    </>
  );
}

const EMPTY = {
  queued: 'Waiting for its turn.',
  waiting: 'Trying again.',
  streaming: '',
  done: 'The answer is empty.',
  failed: '',
  missing: 'Not asked.',
};

interface AnswerProps {
  answer: AnswerData;
  format: Format;
  host: Host;
}

/** What is shown of an answer in its box. */
export function Answer({ answer, format, host }: AnswerProps) {
  const { text = '', reasoning, failure, phase } = answer;
  const grows = growing(answer);
  if (format === 'json') return <Text text={JSON.stringify(answer, null, 2)} grows={false} source host={host} />;
  return (
    <>
      {reasoning && (
        <details class="rbv-why">
          <summary>{grows && !text ? 'reasoning …' : 'reasoning'}</summary>
          <div class="rbv-long">{visible(reasoning.trim())}</div>
        </details>
      )}
      {failure && <Failed failure={failure} started={text !== ''} />}
      {text || phase === 'streaming' ? (
        <Text text={text} grows={grows} source={format === 'source'} host={host} />
      ) : (
        EMPTY[phase] && <p class="rbv-soft">{EMPTY[phase]}</p>
      )}
      {text && phase === 'missing' && <p class="rbv-soft">The rest did not come.</p>}
    </>
  );
}

interface BoxProps {
  label: string;
  grows: boolean;
  children: ComponentChildren;
  /** Told whether there is more in it than it shows. */
  onOverflow: (more: boolean) => void;
}

/** A box that follows what grows in it, as long as its reader is at the end. */
export function Box({ label, grows, children, onOverflow }: BoxProps) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    const element = box.current;
    if (grows && atEnd.current && element) element.scrollTop = element.scrollHeight;
  });
  useEffect(() => {
    const element = box.current;
    if (!grows && element) onOverflow(element.scrollHeight > element.clientHeight + 1);
  });
  const onScroll = (): void => {
    const element = box.current;
    if (element) atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 24;
  };
  return (
    // What scrolls can be reached by keyboard.
    <div ref={box} class="rbv-body" tabIndex={0} role="group" aria-label={label} onScroll={onScroll}>
      {children}
    </div>
  );
}
