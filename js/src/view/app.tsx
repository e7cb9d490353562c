// The whole view: a pure function of the comparison and of what the reader has chosen.

import { useMemo, useRef, useState } from 'preact/hooks';
import type { Comparison, Model, Reply } from '../messages';
import { byRepeat } from './columns';
import { Header } from './header';
import type { Host } from './host';
import { Navigator, type Step } from './navigator';
import { Sheet } from './sheet';
import { Summaries } from './summary';
import type { Tools } from './tools';
import { selected, type SetUi, type Ui } from './ui';
import { count } from './words';

export interface AppProps {
  comparison: Comparison;
  ui: Ui;
  set: SetUi;
  host: Host;
  tools: Tools | null;
  onVoted: (reply: Extract<Reply, { answer: 'voted' }>) => void;
}

export function App({ comparison, ui, set, host, tools, onVoted }: AppProps) {
  const root = useRef<HTMLElement>(null);
  const stepper = useRef<Step>(() => undefined);
  const [trouble, setTrouble] = useState('');
  const { run, models, votes } = comparison;
  // Not of each piece of an answer that grows.
  const means = useMemo(() => tools?.meansOf(comparison) ?? [], [tools, models, votes]);
  const prompt = selected(comparison, ui);
  const many = models.length || Math.max(0, ...(prompt ? byRepeat(prompt.answers) : []).map((row) => row.length));

  const stop = async (model: Model | null): Promise<void> => {
    setTrouble('');
    try {
      const reply = await host.ask({ kind: 'stop', run: run.id, model: model?.id ?? null });
      if (!reply.ok) throw new Error(reply.error);
    } catch (error) {
      setTrouble(`Not stopped: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  };

  return (
    <section
      ref={root}
      class={`rbv tex2jax_ignore mathjax_ignore ${ui.tall ? 'rbv-tall' : ''}`}
      aria-label={`Comparison of ${count(many, 'model')}${run.name ? `: ${run.name}` : ''}`}
      tabIndex={-1}
    >
      <Header
        comparison={comparison}
        ui={ui}
        set={set}
        tools={tools}
        models={many}
        unavailable={host.unavailable()}
        onStop={() => stop(null)}
        onDraft={() => tools?.openDraft(run.id, host)}
      />
      {comparison.notes.map((note) => (
        <p class="rbv-note">{note}</p>
      ))}
      {trouble && (
        <p class="rbv-note rbv-bad" role="alert">
          {trouble}
        </p>
      )}
      {!ui.blind && <Summaries models={models} more={means} />}
      <div class="rbv-main">
        {comparison.prompts.length > 1 && (
          <Navigator
            prompts={comparison.prompts}
            of={run.prompts}
            tags={run.tags}
            votes={comparison.votes}
            models={run.blind || ui.blind ? [] : models}
            selected={prompt?.id}
            onSelect={(id) => { set({ prompt: id, follow: false }); }}
            stepper={stepper}
          />
        )}
        <div>
          {prompt && (
            <Sheet
              key={prompt.id}
              comparison={comparison}
              prompt={prompt}
              ui={ui}
              set={set}
              host={host}
              tools={tools}
              root={root}
              onStop={stop}
              onVoted={onVoted}
              onPrompt={(step) => { stepper.current(step); }}
            />
          )}
        </div>
      </div>
      {tools && !run.blind && !ui.blind && <tools.DraftPanel comparison={comparison} host={host} />}
    </section>
  );
}
