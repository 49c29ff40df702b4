/** The names of members that the chart's resources use. Kubernetes drops names that it does not know without a word. */
const NAMES = `
  apiVersion kind metadata spec data name namespace labels annotations type clusterIP ports port targetPort containerPort
  selector matchLabels replicas strategy rollingUpdate maxSurge maxUnavailable template serviceAccountName
  automountServiceAccountToken enableServiceLinks imagePullSecrets terminationGracePeriodSeconds securityContext
  runAsNonRoot runAsUser runAsGroup fsGroup seccompProfile containers image imagePullPolicy args env value valueFrom
  secretKeyRef key envFrom secretRef startupProbe livenessProbe readinessProbe httpGet path periodSeconds timeoutSeconds
  failureThreshold resources requests limits allowPrivilegeEscalation readOnlyRootFilesystem capabilities drop volumeMounts
  mountPath readOnly volumes emptyDir sizeLimit configMap secret secretName topologySpreadConstraints maxSkew topologyKey
  whenUnsatisfiable labelSelector nodeSelector affinity nodeAffinity tolerations operator scaleTargetRef minReplicas
  maxReplicas metrics resource target averageUtilization behavior scaleDown stabilizationWindowSeconds policies
  ingressClassName tls hosts rules host http paths pathType backend service endpoints interval
`;
export const KNOWN_KEYS: ReadonlySet<string> = new Set(NAMES.trim().split(/\s+/));
