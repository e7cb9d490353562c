// What the page has where the widget runs: ipywidgets' own manager and anywidget's own front end, with our bundle in it.
// Only the comm's other end, the kernel, is ours to play.

import { readdirSync, readFileSync } from 'node:fs';
import * as base from '@jupyter-widgets/base';
import { ManagerBase } from '@jupyter-widgets/base-manager';
import { inject } from 'vitest';
import type { Comparison, FromKernel, FromPage } from '../../src/messages';
import running from '../../../tests/fixtures/view/running.json';

/** Which answer streams in `RUNNING`, and what has come of it. */
export const STREAMING = { id: '1-0-2', text: 'Loop' };
export const RUNNING: Comparison = {
  ...(running as unknown as Comparison),
  prompts: (running as unknown as Comparison).prompts.map((prompt) => ({
    ...prompt,
    answers: prompt.answers.map((answer) =>
      answer.id === STREAMING.id ? { id: answer.id, model: answer.model, repeat: 0, phase: 'streaming', text: 'Loop' } : answer,
    ),
  })),
};

const address = (script: string): string => `data:text/javascript,${encodeURIComponent(script)}`;

interface Front {
  AnyModel: typeof base.DOMWidgetModel;
  AnyView: typeof base.DOMWidgetView;
}

/** anywidget's front end as its Python package ships it: an AMD module. */
async function loadAnywidget(): Promise<Front> {
  const lib = `${import.meta.dirname}/../../../.venv/lib`;
  const python = readdirSync(lib).find((name) => name.startsWith('python'));
  const made: Front[] = [];
  const page = globalThis as { define?: unknown };
  page.define = (_needs: string[], make: (needed: typeof base) => Front) => {
    made.push(make(base));
  };
  const script = `${lib}/${python ?? ''}/site-packages/anywidget/nbextension/index.js`;
  await import(/* @vite-ignore */ address(readFileSync(script, 'utf8')));
  delete page.define;
  const [front] = made;
  if (!front) throw new Error('anywidget did not define its module');
  return front;
}

// jsdom has no addresses for blobs.
URL.createObjectURL = () => address(inject('widget'));
URL.revokeObjectURL = () => undefined;

const front = await loadAnywidget();

type Handler = (message: unknown) => void;

/** The kernel's end of a widget's comm. */
export class Kernel {
  readonly comm_id = crypto.randomUUID();
  readonly target_name = 'jupyter.widget';
  /** What the page sent, in order. */
  readonly heard: FromPage[] = [];
  private onMessage: Handler = () => undefined;
  private onClose: Handler = () => undefined;

  on_msg(handler: Handler): void {
    this.onMessage = handler;
  }

  on_close(handler: Handler): void {
    this.onClose = handler;
  }

  send(data: { method: string; content: FromPage }): string {
    if (data.method === 'custom') this.heard.push(data.content);
    return '';
  }

  open(): string {
    return '';
  }

  close(): string {
    return '';
  }

  /** As Python's `self.send(message)`. */
  say(message: FromKernel): void {
    this.onMessage({ content: { data: { method: 'custom', content: message } }, buffers: [] });
  }

  /** As Python's `self.close()`. */
  end(): void {
    this.onClose({ content: {} });
  }
}

class Manager extends ManagerBase {
  protected loadClass(name: string, module: string): Promise<never> {
    const classes = { ...base, ...(module === 'anywidget' && front) } as Record<string, unknown>;
    return Promise.resolve(classes[name] as never);
  }

  protected _create_comm(): Promise<never> {
    return Promise.reject(new Error('the page opens no widgets'));
  }

  protected _get_comm_info(): Promise<object> {
    return Promise.resolve({});
  }
}

export interface Page {
  kernel: Kernel;
  /** Displays the widget; the element it is in, and what takes it away. */
  display: () => Promise<{ element: HTMLElement; remove: () => void }>;
  /** What ipywidgets does when the kernel is restarted. */
  disconnect: () => void;
}

/** As when the kernel opens a widget with this state. */
export async function opened(comparison: Comparison = RUNNING, seq = 0): Promise<Page> {
  const manager = new Manager();
  const kernel = new Kernel();
  const common = { module: 'anywidget', version: '~0.11.*' };
  const model = await manager.new_model(
    {
      model_name: 'AnyModel',
      model_module: common.module,
      model_module_version: common.version,
      view_name: 'AnyView',
      view_module: common.module,
      view_module_version: common.version,
      comm: kernel as never,
      model_id: kernel.comm_id,
    },
    {
      _view_name: 'AnyView',
      _view_module: common.module,
      _view_module_version: common.version,
      _anywidget_id: 'routebook',
      _esm: 'the bundle',
      _snapshot: { kind: 'snapshot', seq, comparison } as never,
    },
  );
  return {
    kernel,
    async display() {
      // A model of anywidget's is one of these, which its type does not say.
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
      const view = await manager.create_view(model);
      document.body.append(view.el);
      return {
        element: view.el,
        remove: () => {
          view.remove();
        },
      };
    },
    disconnect: () => {
      manager.disconnect();
    },
  };
}
