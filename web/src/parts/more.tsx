import { type ReactNode, useState } from 'react';

/** What is folded away is not made before it is opened: a large plan has thousands of such fields. */
export function More({ summary, children }: { summary: string; children: ReactNode }) {
  const [opened, setOpened] = useState(false);
  return (
    <details className="more" onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>{summary}</summary>
      {opened && children}
    </details>
  );
}
