import * as Y from 'yjs';
import { findChange, moveIndex } from './text-change.ts';

/**
 * Keeps a text field and a Y.Text equal, both ways. Plain one-line text: line breaks become spaces.
 *
 * What the field holds after each input goes into the text at once, also in the middle of a composition, as the smallest change at the caret.
 * Others' changes are put into the field with caret and selection where they were; they must not arrive while characters are being composed in
 * this field (PlanSession.hold).
 * @param onValue sees each new value, for the field's height
 * @returns ends it
 */
export function bindTitle(
  field: HTMLTextAreaElement,
  text: Y.Text,
  onValue: (value: string) => void = () => {},
): () => void {
  const origin = { field };
  // Made when first needed: it listens to every change of the document, and a large plan has thousands of fields.
  let undo: Y.UndoManager | undefined;
  const onFocus = () => {
    undo ??= new Y.UndoManager(text, { trackedOrigins: new Set([origin]) });
  };

  const show = (value: string) => {
    if (field.value !== value) field.value = value;
    onValue(value);
  };

  const onInput = () => {
    const old = text.toString();
    const clean = field.value.replace(/[\r\n]+/g, ' ').replaceAll('\u0000', '');
    const caret = field.selectionEnd - (field.value.length - clean.length);
    const { index, remove, insert } = findChange(old, clean, caret);
    if (field.value !== clean) {
      field.value = clean;
      field.setSelectionRange(caret, caret);
    }
    text.doc?.transact(() => {
      if (remove > 0) text.delete(index, remove);
      if (insert) text.insert(index, insert);
    }, origin);
    onValue(clean);
  };

  const onChange = (event: Y.YTextEvent, transaction: Y.Transaction) => {
    if (transaction.origin === origin) return;
    const { selectionStart, selectionEnd, selectionDirection, scrollTop } = field;
    const focused = field.ownerDocument.activeElement === field;
    show(text.toString());
    if (!focused) return; // setting a selection would take the focus in some browsers
    const start = moveIndex(selectionStart, event.delta);
    field.setSelectionRange(start, Math.max(start, moveIndex(selectionEnd, event.delta)), selectionDirection);
    field.scrollTop = scrollTop;
  };

  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.isComposing) event.preventDefault();
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || (key !== 'z' && key !== 'y')) return;
    event.preventDefault();
    if (key === 'y' || event.shiftKey) undo?.redo();
    else undo?.undo();
  };

  // The browser's own undo would bring back what others have meanwhile changed.
  const onBeforeInput = (event: InputEvent) => {
    if (event.inputType !== 'historyUndo' && event.inputType !== 'historyRedo') return;
    event.preventDefault();
    if (event.inputType === 'historyUndo') undo?.undo();
    else undo?.redo();
  };

  show(text.toString());
  text.observe(onChange);
  field.addEventListener('focus', onFocus);
  field.addEventListener('input', onInput);
  field.addEventListener('keydown', onKey);
  field.addEventListener('beforeinput', onBeforeInput);
  return () => {
    text.unobserve(onChange);
    field.removeEventListener('focus', onFocus);
    field.removeEventListener('input', onInput);
    field.removeEventListener('keydown', onKey);
    field.removeEventListener('beforeinput', onBeforeInput);
    undo?.destroy();
  };
}
