import type { UpdateEvent } from './events.ts';

/**
 * Between a stream and a reader who takes his time. It never grows far past `capacity`: who fills it looks at `isFull`, stops reading its socket, and is
 * told (`onRoom`) when half of it is free again.
 */
export class Inbox<Selected> {
  readonly #events: UpdateEvent<Selected>[] = [];
  #end: { error: Error | undefined } | undefined;
  #wake = () => {};
  #onRoom: (() => void) | undefined;

  constructor(private readonly capacity: number) {}

  get isFull(): boolean {
    return this.#events.length >= this.capacity;
  }

  /** Called once; at once if there is room. */
  whenRoom(onRoom: () => void): void {
    if (this.isFull) this.#onRoom = onRoom;
    else onRoom();
  }

  push(event: UpdateEvent<Selected>): void {
    // of heartbeats that follow each other the last says it all: a reader who is away finds one
    if (event.kind === 'heartbeat' && this.#events.at(-1)?.kind === 'heartbeat') this.#events.pop();
    this.#events.push(event);
    this.#wake();
  }

  /** What has come is taken first, then `take` throws; without an error it is dropped. */
  end(error?: Error): void {
    this.#end ??= { error };
    if (!error) this.#events.length = 0;
    this.#onRoom?.();
    this.#wake();
  }

  /** Waits for at least one. @returns nothing at the end @throws what `end` was given */
  async take(most: number): Promise<UpdateEvent<Selected>[]> {
    while (this.#events.length === 0 && !this.#end) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#events.length === 0 && this.#end?.error) throw this.#end.error;
    const events = this.#events.splice(0, this.#findCut(most));
    if (this.#events.length <= this.capacity / 2) {
      const onRoom = this.#onRoom;
      this.#onRoom = undefined;
      onRoom?.();
    }
    return events;
  }

  /** A resync comes alone: what is before it is of another time. */
  #findCut(most: number): number {
    const resync = this.#events.findIndex(({ kind }) => kind === 'resync');
    if (resync === -1) return most;
    return resync === 0 ? 1 : Math.min(most, resync);
  }
}
