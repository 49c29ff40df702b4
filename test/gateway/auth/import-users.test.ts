import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createProjects } from "../../../src-gateway/auth/projects.ts";
import { readUserLines } from "../../../src-gateway/auth/read-user-lines.ts";
import { createTeams } from "../../../src-gateway/auth/teams.ts";
import { createUsers } from "../../../src-gateway/auth/users.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";

describe("a file of users", () => {
  it("is read with a header in any order, or without one, whatever its line ends and marks", () => {
    const files = [
      "email,role,display_name\nada@example.com,gateway_admin,Ada",
      "\ufeffName,E-Mail,Role\r\nAda,ADA@example.com,gateway_admin\r\n\r\n",
      'ada@example.com,gateway_admin,"Ada"\n',
      "display_name;email;role\r\nAda;ada@example.com;gateway_admin",
    ];
    for (const file of files) {
      const { good, bad } = readUserLines(file);
      expect(bad).toEqual([]);
      expect(good).toMatchObject([{ email: "ada@example.com", role: "gateway_admin", displayName: "Ada" }]);
    }
  });

  it("names every line that is wrong, by its number in the file", () => {
    const file = [
      "email,role,name,status",
      "good@example.com,,,",
      "none,,,",
      "",
      "x@example.com,king,,",
      'y@example.com,,"open,',
      "GOOD@example.com,,,",
      "z@example.com,,,,more",
      ",gateway_user,Nobody,",
      "w@example.com,,,asleep",
      `v@example.com,,${"n".repeat(201)},`,
      'u@example.com,,"say ""hi"", please",inactive',
    ].join("\n");
    const { good, bad } = readUserLines(file);
    expect(bad.map(({ line, problem }) => [line, problem.split(/[;:]/)[0]])).toEqual([
      [3, "this is no e-mail address"],
      [5, '"king" is no role'],
      [6, "a quote is not closed on this line"],
      [7, "the same address stands in line 2"],
      [8, "there are 5 cells, at most 4 can be"],
      [9, "the e-mail address is missing"],
      [10, '"asleep" is no status'],
      [11, "the name is longer than 200 characters"],
    ]);
    expect(good.map(({ line, displayName, status }) => [line, displayName, status])).toEqual([
      [2, "good@example.com", "active"],
      [12, 'say "hi", please', "suspended"],
    ]);
  });

  it("refuses columns that nobody knows, and roles that the caller may not give", () => {
    expect(readUserLines("email,salary\na@example.com,1").bad).toMatchObject([{ line: 1 }]);
    expect(readUserLines("a@example.com,root_admin", ["gateway_user"]).bad).toMatchObject([
      { line: 1, problem: "you may not make a root_admin" },
    ]);
  });

  it("never throws, and puts each line on one side", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { good, bad } = readUserLines(text);
        const lines = [...good, ...bad].map(({ line }) => line);
        expect(new Set(lines).size).toBe(lines.length);
        expect(lines.every((line) => line >= 1)).toBe(true);
      }),
    );
  });
});

describeOnBothDatabases("imported users", (database) => {
  const open = async () => {
    const store = await database.open();
    return {
      users: createUsers(store, systemClock),
      teams: createTeams(store, systemClock),
      projects: createProjects(store, systemClock),
    };
  };

  it("come all or not at all, and a dry run says the same", async () => {
    const { users } = await open();
    const csv = "email\na@example.com\nnone\nb@example.com";
    for (const dryRun of [true, false]) {
      const report = await users.import(csv, { dryRun });
      expect(report).toMatchObject({ lines: 3, applied: false, created: [], problems: [{ line: 3, email: "none" }] });
      expect(await users.list()).toEqual([]);
    }
    const dry = await users.import(csv, { dryRun: true, skipInvalid: true });
    expect(await users.list()).toEqual([]);
    const real = await users.import(csv, { skipInvalid: true });
    expect(dry.created.map(({ email }) => email)).toEqual(real.created.map(({ email }) => email));
    expect((await users.list()).map(({ email }) => email)).toEqual(["a@example.com", "b@example.com"]);
  });

  it("of a thousand lines with ten bad ones, are all but those ten", async () => {
    const { users } = await open();
    const isBad = (line: number): boolean => line % 100 === 7;
    const lines = Array.from({ length: 1_000 }, (_, n) =>
      isBad(n + 1) ? `nobody ${n + 1}` : `user${n + 1}@example.com`,
    );
    const badLines = lines.flatMap((_, n) => (isBad(n + 1) ? [n + 1] : []));
    const refused = await users.import(lines.join("\n"));
    expect(refused).toMatchObject({ applied: false, created: [] });
    expect(refused.problems.map(({ line }) => line)).toEqual(badLines);
    expect(await users.list()).toEqual([]);
    const taken = await users.import(lines.join("\n"), { skipInvalid: true });
    expect(taken.problems.map(({ line }) => line)).toEqual(badLines);
    expect(taken.created).toHaveLength(990);
  });

  it("who are there already are refused, or passed over", async () => {
    const { users } = await open();
    await users.create({ email: "a@example.com" });
    const csv = "a@example.com\nb@example.com";
    const refused = await users.import(csv);
    expect(refused).toMatchObject({ applied: false, problems: [{ line: 1, email: "a@example.com" }] });
    const passed = await users.import(csv, { skipExisting: true });
    expect(passed).toMatchObject({ applied: true, skipped: [{ line: 1 }], created: [{ line: 2 }] });
    expect(await users.import(csv, { skipExisting: true })).toMatchObject({ created: [], problems: [] });
  });

  it("join teams and projects that are there", async () => {
    const { users, teams, projects } = await open();
    const team = await teams.create("Data");
    const project = await projects.create({ name: "search" });
    const lost = await users.import("email,team,projects\na@example.com,Nobody,none");
    expect(lost.problems).toEqual([
      { line: 2, email: "a@example.com", problem: 'there is no team "Nobody" and no project "none"' },
    ]);
    await users.import("email,team,projects\na@example.com,data,search");
    expect(await teams.members(team.id)).toMatchObject([{ email: "a@example.com", role: "member" }]);
    expect(await projects.members(project.id)).toMatchObject([{ email: "a@example.com" }]);
  });

  it("are not made twice by two imports at the same moment", async () => {
    const [one, two] = [await open(), await open()];
    const csv = Array.from({ length: 50 }, (_, n) => `user${n}@example.com`).join("\n");
    const reports = await Promise.all([one, two].map(({ users }) => users.import(csv, { skipExisting: true })));
    expect(reports.map(({ created }) => created.length).sort((a, b) => a - b)).toEqual([0, 50]);
    expect(await one.users.list()).toHaveLength(50);
  });

  it("go out as a file that comes in again as it was, and that holds no formula", async () => {
    const [one] = [await open()];
    const names = ["=1+1", "+49 30", "-x", "@home", "'=quoted", 'say "hi", you', "Zoë 漢字", "a;b"];
    for (const [n, displayName] of names.entries())
      await one.users.create({ email: `${n === 0 ? "=f" : `u${n}`}@example.com`, displayName });
    await one.users.setStatus((await one.users.list())[2]!.id, "suspended");
    const csv = await one.users.export();
    expect(csv.split(/[\r\n,]+/).filter((cell) => /^"?[=+\-@]/.test(cell))).toEqual([]);
    const before = await one.users.list();
    for (const { id } of before) await one.users.remove(id);
    expect(await one.users.import(csv)).toMatchObject({ applied: true, problems: [] });
    const plain = (list: typeof before) =>
      list.map(({ email, displayName, role, status }) => ({ email, displayName, role, status }));
    expect(plain(await one.users.list())).toEqual(plain(before));
  });
});
