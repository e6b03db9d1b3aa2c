import { Component, type ReactNode } from 'react';
import { type Words, WordsContext } from '../words/words.ts';

/** Says so when the page fails, instead of going blank. */
export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  static override contextType = WordsContext;
  declare context: Words;
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    const { brokenTitle, broken, reload } = this.context;
    return (
      <div role="alert">
        <h1>{brokenTitle}</h1>
        <p className="note note-warn">
          {broken}{' '}
          <button type="button" className="button-quiet" onClick={() => location.reload()}>
            {reload}
          </button>
        </p>
      </div>
    );
  }
}
