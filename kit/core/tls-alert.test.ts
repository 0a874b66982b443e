import { alert, alertName, parseAlert } from './tls-alert';

describe('an alert', () => {
  it('is a level and a description', () => {
    expect(alert('warning', 'close_notify')).toEqual(Buffer.of(1, 0));
    expect(alert('warning', 'user_canceled')).toEqual(Buffer.of(1, 90));
    expect(alert('fatal', 80)).toEqual(Buffer.of(2, 80));
  });

  it('is read with the name of the standard', () => {
    expect(parseAlert(Buffer.of(2, 48))).toEqual({ level: 2, description: 48, name: 'unknown_ca' });
    expect(parseAlert(Buffer.of(2))).toBeUndefined();
    expect(parseAlert(Buffer.of(2, 48, 2))).toBeUndefined();
  });

  it('has a name even where no standard gives one', () => {
    expect(alertName(0)).toBe('close_notify');
    expect(alertName(200)).toBe('unknown(200)');
  });
});
