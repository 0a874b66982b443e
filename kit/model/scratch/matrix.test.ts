import { catalogue } from '/work/main/kit/cases/catalogue';
import { judgeTrial } from '/work/main/kit/core/judge-trial';
import { simulateTrial } from '/work/main/kit/model/simulate';
import type { Switches } from '/work/main/kit/model/switches';
import type { Hello } from '/work/main/kit/core/adapter-event';
import { writeFileSync } from 'fs';

const base: Hello = { protocol: 1, client: { name: 'lastword-faulty', version: 'x', runtime: 'model', platform: 'model' }, api: 'callback', model: 'whatwg', habits: [], observes: ['code','reason','wasClean','error'], features: ['wss','ws','tls1.2','tls1.3','react-send','react-close','react-sleep'], limits: {} };
const subjects: [string, Switches, Partial<Hello>?][] = [
 ['conforming', {}],
 ['m01', {finUnhooksTls:true}],['m02',{hangUpFirst:true}],['m03',{readsOnceBytes:4096}],['m04',{oneFramePerRead:true}],['m05',{dropsBehindResponse:true}],
 ['m06',{eofDropsBatch:true}],['m07',{leavesPendingBytes:1024}],['m08',{dispatch:'pass',truncationClearsQueue:true}],['m36',{truncationOverridesCode:true}],
 ['m09',{dispatch:20,resetClearsQueue:true}],['m10',{dispatch:20,closeOvertakes:true}],['m13',{dispatch:'pass',flushesTwice:true}],['m14',{deliversPartial:true}],
 ['m16',{controlResetsAssembler:true}],['m18',{emptyReadIsEof:true}],['m19',{waitsForFin:true}],['m20',{ignoresBareFin:true}],['m21',{confusesCodes:true}],['m22',{deliversAfterClose:true}],
 ['m25',{alwaysClean:true}],['m26',{crashesWhenOvertaken:true}],['m27',{dispatch:'pass',dropsLast:1}],['m30',{dispatch:'pass',queueLimit:64}],['m35',{writeGapMs:5,diesOnBrokenPipe:true}],
 ['dup',{repeatsLast:true}],['edge',{missesEndBehindData:true}],['wholeframe',{needsWholeFrame:true}],['oddclose',{crashesOnOddClose:true}],['cutsreason',{reasonBytes:64}],['twice',{closesTwice:true}],['invents',{inventsMessage:true}],['losesreplies',{losesReplies:true}],
 ['t01',{bytesPerTick:100},{limits:{bytesPerSecond:1000}}],['t02',{pauseMs:2000}],['t03',{dispatch:'turn'}],['t04',{dropsOnReset:true}],['t05',{strictTls:true}],['t06',{dropsAfterOwnClose:true,onAnswer:'close'},{habits:['closes-on-answer']}],
 ['t07',{onAnswer:'close'},{habits:['closes-on-answer'],model:'other'}],['t07e',{onAnswer:'exit'},{habits:['closes-on-answer'],model:'other'}],['t08',{hidesCode:true},{observes:[],model:'other'}],['t09',{abnormalIs:'error'},{model:'other'}],['t09b',{abnormalIs:'error-and-close'}],
 ['t13',{reconnects:true},{habits:['reconnects']}],['t15',{resetsAtEnd:true}],['t16',{pingEveryMs:100}],['t21',{passesReservedCodes:true}],['t22',{lossyReason:true}],['t23',{keepAliveMs:20000},{limits:{keepAliveMs:20000}}],
];
test('matrix', () => {
  const out: string[] = [];
  for (const [id, switches, hello] of subjects) {
    const t0 = Date.now();
    const lines: string[] = [];
    for (const kase of catalogue) {
      const found = new Map<string,string[]>();
      for (const part of kase.parts) for (const transport of part.transports ?? kase.transports) {
        let seed = 1; const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
        const { trial, expanded } = simulateTrial({ kase, part, transport, switches, random });
        const j = judgeTrial(trial, { kase, part, expanded, hello: { ...base, ...hello }, codeSeenInControl: true, gate: undefined });
        if (j.main.outcome === 'pass') continue;
        const fs = [j.main, ...j.also].map((f) => `${f.outcome}${f.why ? '(' + f.why + ')' : ''}/${f.row}/${f.level}`);
        const key = fs.join('+') + ' ' + j.witness + ' ' + (j.layer ?? '');
        found.set(key, [...(found.get(key) ?? []), `${part.name ?? ''}@${transport}`]);
        (found as any).note = j.main.note;
      }
      for (const [k, v] of found) lines.push(`   ${kase.id}  ${k}  [${v.length > 6 ? v.slice(0, 3).join(' ') + ` …${v.length}` : v.join(' ')}]  ${(found as any).note}`);
    }
    out.push(`${id} (${Date.now() - t0} ms)`, ...lines);
  }
  writeFileSync('/tmp/matrix.txt', out.join('\n') + '\n');
});
