import { Injectable } from '@nestjs/common';

/** Set at the first signal to stop, before anything is closed: readiness fails while requests are still answered. */
@Injectable()
export class ShutdownState {
  private begun = false;

  get isShuttingDown(): boolean {
    return this.begun;
  }

  begin(): void {
    this.begun = true;
  }
}
