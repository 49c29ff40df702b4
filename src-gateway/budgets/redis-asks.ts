/** The board in Redis on which gateways see each other's questions. */
import type { AskBoard } from "./asks.ts";
import { REDIS_PREFIX } from "./redis-counts.ts";
import type { RedisLink } from "./redis-link.ts";
import type { Ask } from "./types.ts";

/** An answer that nobody fetches, because its gateway has ended. */
const ANSWER_SEC = 60;

export function createRedisAsks(link: RedisLink, nowUs: () => number, prefix = REDIS_PREFIX): AskBoard {
  const board = `${prefix}asks`;
  const answerOf = (id: string): string => `${prefix}answer:${id}`;
  return {
    async post(ask) {
      await link.call((redis) => redis.hset(board, ask.id, JSON.stringify(ask)));
    },
    async remove(id) {
      await link.call((redis) => redis.hdel(board, id));
    },
    async list() {
      const asks = (await link.call((redis) => redis.hvals(board))).map((text) => JSON.parse(text) as Ask);
      const gone = asks.filter(({ expiresAtUs }) => expiresAtUs <= nowUs()).map(({ id }) => id);
      if (gone.length > 0) await link.call((redis) => redis.hdel(board, ...gone));
      return asks.filter(({ id }) => !gone.includes(id));
    },
    async answer(id, isApproved) {
      if ((await link.call((redis) => redis.hdel(board, id))) === 0) return false;
      await link.call((redis) => redis.set(answerOf(id), isApproved ? "yes" : "no", "EX", ANSWER_SEC));
      return true;
    },
    async read(ids) {
      const answers = await link.call((redis) => redis.mget(ids.map(answerOf)));
      return new Map(
        ids.flatMap((id, n): [string, boolean][] => (answers[n] == null ? [] : [[id, answers[n] === "yes"]])),
      );
    },
  };
}
