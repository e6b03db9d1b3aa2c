import { formatMoment, nameLanguage, useWords } from '../../words/words.ts';
import { Attachments } from './attachments.tsx';
import type { Post } from './read.ts';

/** A post as it is shown. @param onAnswer absent: this reader cannot answer */
export function PostView(props: {
  post: Post;
  token: string;
  /** The address names it. */
  isNamed: boolean;
  onAnswer?: (() => void) | undefined;
}) {
  const { post, token, isNamed, onAnswer } = props;
  const words = useWords();
  const { discussions: said } = words;
  const { id, author, body, replyTo, createdAt, editedAt, deletedAt, originalLocale } = post;
  const who = author?.displayName ?? words.plan.someone;
  const from = body.locale === originalLocale ? null : nameLanguage(originalLocale, words.locale);
  return (
    <article id={id} className={isNamed ? 'post is-named' : 'post'} aria-labelledby={`${id}-author`} tabIndex={-1}>
      <header className="post-head">
        <h3 id={`${id}-author`}>{who}</h3>
        <a href={`#${id}`} className="post-time">
          <time dateTime={createdAt}>{formatMoment(createdAt, words.locale)}</time>
        </a>
      </header>
      {replyTo && (
        <p className="facts-line">
          <a href={`#${replyTo.id}`}>{said.inAnswerTo(replyTo.author?.displayName ?? words.plan.someone)}</a>
        </p>
      )}
      {deletedAt ? (
        <Removed post={post} />
      ) : (
        <>
          <p className="post-body" lang={body.locale}>
            {body.text}
          </p>
          {(from || editedAt) && (
            <p className="facts-line">
              {[
                from && (body.machineTranslated ? said.machine : said.translated)(from),
                editedAt && said.edited(formatMoment(editedAt, words.locale)),
              ]
                .filter(Boolean)
                .join(' · ')}
            </p>
          )}
          <Attachments of={post} token={token} />
          {onAnswer && (
            <p>
              <button type="button" className="button-quiet" aria-label={said.answerTo(who)} onClick={onAnswer}>
                {said.answer}
              </button>
            </p>
          )}
        </>
      )}
    </article>
  );
}

/** Says by whom its text was taken away, and why. */
function Removed({ post }: { post: Post }) {
  const words = useWords();
  const { redactedAt, redactionReason } = post;
  return (
    <p className="post-removed">
      {redactedAt ? words.discussions.redacted(formatMoment(redactedAt, words.locale)) : words.discussions.deleted}{' '}
      {redactionReason && words.discussions.redactedWhy(redactionReason)}
    </p>
  );
}
