/**
 * Asking models by hand. Behind the path stands that of a client, such as `/playground/v1/messages`: the body, the answer and
 * its stream are those of that path, and so are its errors.
 */
export const PLAYGROUND = { path: "/playground", access: "playground:run" } as const;
