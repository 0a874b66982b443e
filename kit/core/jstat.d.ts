/** The few functions of jstat 1.9 that `statistics.ts` calls; the package ships no types. */
declare module 'jstat' {
  export const jStat: {
    readonly beta: {
      /** Quantile of the beta distribution. */
      inv(p: number, alpha: number, beta: number): number;
    };
    readonly normal: {
      /** Quantile of the normal distribution. */
      inv(p: number, mean: number, std: number): number;
    };
    /** Natural logarithm of `n` over `m`. */
    combinationln(n: number, m: number): number;
  };
}
