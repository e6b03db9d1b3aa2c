import type { ReactNode } from 'react';
import { navigate } from '../navigate.ts';

/** A link within the page: opens here, or in a new tab when asked to. */
export function Link(props: {
  to: string;
  className?: string;
  /** For those who hear the page, where the text alone does not say where it leads. */
  label?: string;
  /** It leads to what is shown now. */
  isCurrent?: boolean;
  /** Called before it is followed, here. */
  onFollow?: () => void;
  children: ReactNode;
}) {
  const { to, className, label, isCurrent, onFollow, children } = props;
  return (
    <a
      href={to}
      className={className}
      aria-label={label}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        onFollow?.();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}
