/** All interceptors of a fault proxy as one: at each place the first of them that does not pass decides. */
import {
  PASS,
  type Decision,
  type Exchange,
  type Interceptor,
  type Judgement,
  type ProxyReply,
} from './interceptors.ts';

export class InterceptorChain {
  readonly #interceptors = new Set<Interceptor>();

  /** Returns the function that takes it away again. */
  add(interceptor: Interceptor): () => void {
    this.#interceptors.add(interceptor);
    return () => this.#interceptors.delete(interceptor);
  }

  beforeForward(exchange: Exchange): Promise<Decision> {
    return this.#judge((interceptor) => interceptor.beforeForward?.(exchange));
  }

  afterApply(exchange: Exchange, reply: ProxyReply): Promise<Decision> {
    return this.#judge((interceptor) => interceptor.afterApply?.(exchange, reply));
  }

  /** Every one hears of it. */
  afterReply(exchange: Exchange, reply: ProxyReply): void {
    for (const interceptor of this.#interceptors) interceptor.afterReply?.(exchange, reply);
  }

  /** Path and query to send to the API server. */
  pathOf(exchange: Exchange): string {
    for (const interceptor of this.#interceptors) {
      const path = interceptor.rewrite?.(exchange);
      if (path !== undefined) return path;
    }
    return exchange.path;
  }

  /** The bytes of a watch as they reach the operator: through every transform, one after the other. */
  watchStream(exchange: Exchange, upstream: NodeJS.ReadableStream): NodeJS.ReadableStream {
    let source = upstream;
    for (const interceptor of this.#interceptors) {
      const transform = interceptor.watchStream?.(exchange);
      if (transform !== undefined) source = source.pipe(transform);
    }
    return source;
  }

  async #judge(ask: (interceptor: Interceptor) => Judgement): Promise<Decision> {
    for (const interceptor of this.#interceptors) {
      const decision = await ask(interceptor);
      if (decision !== undefined && decision.kind !== 'pass') return decision;
    }
    return PASS;
  }
}
