// The widget: carries a live run into the page, and shows it where nothing better does.

import type { InitializeProps, RenderProps } from '@anywidget/types';
import { Patience } from '../asking';
import { addLive, findLive, follow, type LiveRun } from '../live';
import { keepKeys } from '../shortcuts';
import { mount } from '../view/mount';
import { sourceOf, type Traits } from './source';

type Start = Pick<InitializeProps<Traits>, 'model' | 'signal'>;

function start({ model, signal }: Start): LiveRun {
  const source = sourceOf(model);
  const remove = addLive(source);
  // ipywidgets' own event, when its manager has lost the kernel.
  model.on('comm_live_update', source.lost);
  signal.addEventListener('abort', () => {
    remove();
    source.close();
  });
  return source;
}

interface Display {
  root: HTMLElement;
  end: () => void;
  /** Where it is now, and until when. */
  at?: { el: HTMLElement; signal: AbortSignal };
}

const displays = new WeakMap<LiveRun, Display>();

function displayOf(live: LiveRun): Display {
  const root = document.createElement('div');
  const place = root.appendChild(document.createElement('div'));
  const patience = new Patience();
  root.append(patience.line);
  // No tools: what is live is soon over, and they would not fit into the bundle.
  const view = mount(
    place,
    { ask: (question) => patience.while(live.ask(question)), unavailable: () => null },
    null,
  );
  const leave = follow(live, view);
  const giveKeys = keepKeys(root);
  return {
    root,
    end: () => {
      leave();
      giveKeys();
      view.unmount();
    },
  };
}

/** Long enough for a host to replace a view. */
const REPLACED_WITHIN_MS = 500;

export default {
  /** Called when the model is made, whether or not it is ever displayed: what comes before a view does is kept. */
  initialize(props: Start): void {
    start(props);
  },

  /** Called again whenever the output is updated: what is there moves then, with what its reader is doing. */
  render({ model, el, signal }: Start & Pick<RenderProps<Traits>, 'el'>): void {
    const live = findLive(model.get('_snapshot').comparison.run.id) ?? start({ model, signal });
    const display = displays.get(live) ?? displayOf(live);
    displays.set(live, display);
    const { root, at: before } = display;
    el.append(root);
    display.at = { el, signal };
    // A host makes the new view before it takes the old one away, or after.
    signal.addEventListener('abort', () => {
      setTimeout(() => {
        if (display.at?.el !== el) return;
        display.end();
        displays.delete(live);
      }, REPLACED_WITHIN_MS);
    });
    setTimeout(() => {
      if (!before || before.signal.aborted) return;
      // It is displayed twice.
      const other = displayOf(live);
      before.el.append(other.root);
      before.signal.addEventListener('abort', other.end);
    }, REPLACED_WITHIN_MS);
  },
};
