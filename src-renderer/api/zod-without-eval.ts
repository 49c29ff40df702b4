/** The console's policy forbids making code from text, which zod otherwise tries as soon as a schema is made. */
import { config } from "zod";

config({ jitless: true });
