import { type DocumentNode, type GraphQLSchema, isAbstractType, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

/** Types of which every field is about the reader, or hardly to be seen by anyone but its own person. */
const viewerTypes = new Set(['Viewer', 'Person', 'ContactChannel', 'Notice']);

/** Fields that answer each reader differently, although their rights are the same. */
const viewerFields = new Set([
  'Query.viewer',
  'Query.exportJob',
  'Query.inbox',
  'Query.partner',
  'Query.partners',
  'Query.upload',
  'Query.webhookDeadLetters',
  'Query.webhookEndpoints',
  'Subscription.inboxChanged',
  'Subscription.noticesChanged',
  'Seat.holder',
  'Seat.roles',
  'Seat.terms',
  'Body.seats',
]);

/** Names that say so themselves, for fields that are yet to come: `viewer`, `viewerReacted`, `unread`, `unreadCount`, `myRsvp`. */
const viewerNames = /^(viewer|unread|my)([A-Z]|$)/;

/** Whether what this field answers depends on which seat or person asks, and not only on their rights. */
export const isOfViewer = (type: string, field: string): boolean =>
  viewerTypes.has(type) || viewerFields.has(`${type}.${field}`) || viewerNames.test(field);

/**
 * Whether the document selects such a field anywhere, also by way of an interface or a union. Its streams are then each seat's own.
 * In a shared stream nothing is shown to more than may see it, and a reader's own things look as they do to others of equal rights.
 */
export function dependsOnViewer(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let depends = false;
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name }) {
        const parent = types.getParentType();
        if (!parent) return;
        const owners = isAbstractType(parent) ? [parent, ...schema.getPossibleTypes(parent)] : [parent];
        depends ||= owners.some((owner) => isOfViewer(owner.name, name.value));
      },
    }),
  );
  return depends;
}
