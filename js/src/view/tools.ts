// What a reader does with answers that stay: judge them, compare them word by word, see their figures and requests,
// choose their models for a policy.
// A shell that shows a run only while it goes on does without, and is a tenth smaller.

import { open as openDraft } from '../policy/drafts';
import { DraftPanel } from '../policy/panel';
import { UseButtons } from '../policy/use';
import { letters, shuffled } from './blind';
import { DiffText } from './diff';
import { standingRating } from './judge';
import { Judging, RateButtons } from './judging';
import { KEYS } from './keys';
import { RequestPanel } from './request';
import { Judged, meansOf, scoresOf } from './scores';
import { TableTwin } from './table';

export const TOOLS = {
  letters, shuffled, DiffText, standingRating, Judging, RateButtons, KEYS, RequestPanel, TableTwin, Judged, meansOf, scoresOf,
  UseButtons, DraftPanel, openDraft,
};

export type Tools = typeof TOOLS;
