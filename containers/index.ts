/** What `lastword/containers` gives: the servers in containers. Needs the package testcontainers. */
// oxlint-disable-next-line import/no-unassigned-import -- before everything else
import '../kit/core/symbol-dispose';
export { LastwordEndpointContainer, StartedLastwordEndpointContainer, type ContainerPath } from './endpoint-container';
export { StackContainer, StartedStackContainer } from './stack-container';
export { stacks, type Stack } from './stacks';
export { containerEndpoint, type EndpointOptions } from './run-containers';
export type { Endpoint } from '../kit/core/endpoint';
