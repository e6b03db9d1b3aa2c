import type { NoticeTargetName } from '../../../kit/notices/write.ts';

export interface Target {
  targetType: NoticeTargetName;
  targetId: string;
  aboutId: string;
}

/** A colon may stand in a path as it is. */
const part = (id: string) => encodeURIComponent(id).replaceAll('%3A', ':');

/** Where the page shows what a notice is about, after the platform's address. */
export function linkTo({ targetType, targetId, aboutId }: Target): string {
  switch (targetType) {
    case 'Post':
      return `/threads/${part(aboutId)}#${part(targetId)}`;
    case 'Decision':
      return `/decisions/${part(targetId)}`;
    default:
      return `/plans/${part(aboutId)}#${part(targetId.slice(aboutId.length + 1))}`;
  }
}
