// The widget: carries a live run into the page, and shows it where nothing better does.

import type { InitializeProps, RenderProps } from '@anywidget/types';
import { Patience } from '../asking';
import { addLive, findLive, follow, type LiveRun } from '../live';
import type { Host } from '../view/host';
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

export default {
  /** Called when the model is made, whether or not it is ever displayed: what comes before a view does is kept. */
  initialize(props: Start): void {
    start(props);
  },

  render({ model, el, signal }: Start & Pick<RenderProps<Traits>, 'el'>): void {
    const live = findLive(model.get('_snapshot').comparison.run.id) ?? start({ model, signal });
    const patience = new Patience();
    const root = document.createElement('div');
    el.append(root, patience.line);
    const host: Host = {
      ask: (question) => patience.while(live.ask(question)),
      unavailable: () => null,
    };
    const view = mount(root, host, null);
    const endings = [follow(live, view), keepKeys(root)];
    signal.addEventListener('abort', () => {
      for (const end of endings) end();
      view.unmount();
    });
  },
};
