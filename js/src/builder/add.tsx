// A rule of the reader's own: for a tag, or for words, before all others.

import { useState } from 'preact/hooks';
import { oneLine } from '../view/words';
import { nameOf } from './figures';
import type { Edit, Model } from './messages';

const MOST_TAGS = 500;

interface AddProps {
  tags: readonly string[];
  models: readonly Model[];
  /** Resolves with whether it was done. */
  onAdd: (edit: Edit) => Promise<boolean>;
}

export function AddRule({ tags, models, onAdd }: AddProps) {
  const [by, setBy] = useState<'tag' | 'words'>(tags.length ? 'tag' : 'words');
  const [tag, setTag] = useState(tags[0] ?? '');
  const [words, setWords] = useState('');
  const [model, setModel] = useState(models[0]?.id ?? '');
  const asked = words.split(',').map((word) => word.trim()).filter(Boolean);
  const ready = by === 'tag' || asked.length > 0;
  const add = async (): Promise<void> => {
    const done = await onAdd({ verb: 'add', tag: by === 'tag' ? tag : null, words: by === 'tag' ? [] : asked, model });
    if (done) setWords('');
  };
  return (
    <div class="rbp-add" role="group" aria-label="Add a rule">
      <span>Add a rule: if</span>
      <select
        aria-label="What the rule asks for"
        value={by}
        onChange={(event) => { setBy(event.currentTarget.value === 'tag' ? 'tag' : 'words'); }}
      >
        {tags.length > 0 && <option value="tag">its tag is</option>}
        <option value="words">it has the word</option>
      </select>
      {by === 'tag' ? (
        <select aria-label="Tag" value={tag} onChange={(event) => { setTag(event.currentTarget.value); }}>
          {tags.slice(0, MOST_TAGS).map((one) => (
            <option value={one}>{oneLine(one, 60)}</option>
          ))}
        </select>
      ) : (
        <input
          type="text"
          aria-label="Words, with commas between them"
          placeholder="word, another word"
          value={words}
          maxLength={400}
          onInput={(event) => { setWords(event.currentTarget.value); }}
          onKeyDown={(event) => { if (event.key === 'Enter' && ready) void add(); }}
        />
      )}
      <span>ask</span>
      <select aria-label="Model of the new rule" value={model} onChange={(event) => { setModel(event.currentTarget.value); }}>
        {models.map((one) => (
          <option value={one.id}>{nameOf(one, models)}</option>
        ))}
      </select>
      <button type="button" class="rbv-btn" data-do="add" disabled={!ready} onClick={() => void add()}>
        Add as first rule
      </button>
    </div>
  );
}
