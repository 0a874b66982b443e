/** What a failing assertion says; an assertion that holds says `holds`. Colours, where there are any, are taken out. */
export async function failure(assertion: () => Promise<unknown> | void): Promise<string> {
  try {
    await assertion();
    return 'holds';
  } catch (error) {
    // oxlint-disable-next-line no-control-regex -- that is what colours begin with
    return error instanceof Error ? error.message.replace(/\u001b\[\d+m/g, '') : String(error);
  }
}

/** The headline of a failure, in one line. */
export async function headline(assertion: () => Promise<unknown> | void): Promise<string> {
  const [first = ''] = (await failure(assertion)).split('\n\n');
  return first.split('\n').join(' ');
}
