/**
 * What nearly always is there at once, and now and then has to be waited for. Whoever needs it awaits it only where it is a
 * promise: a request passes some twenty such places, and each await would end its turn.
 */
export type Soon<Value> = Value | Promise<Value>;
