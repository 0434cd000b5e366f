// What does each code mean, and why does it hurt? For scanners (SARIF) and for the first lines of its page in docs/checks.
import type { Code } from './codes.ts'

export const explanations: Readonly<Record<Code, string>> = {
  FW100:
    'A document is not YAML, so nothing of it can be used. The other documents of the file and the other files are read all the same.',
  FW101:
    'A map sets one key twice. One of the two values would win without a word, and it depends on the reader which; the document is left out until it is clear.',
  FW102:
    'An alias has no anchor, stands inside its own anchor, or the aliases of a document stand for too many values. The document cannot be written out, so none of it is used.',
  FW103:
    'A document is not a Kubernetes object: apiVersion, kind or metadata is missing or is not what it must be. kubectl refuses it, and Fairway does not know what it should be.',
  FW105:
    'The kind or its apiVersion is spelled almost like one that exists. The API server knows no such kind, so the object would never be created.',
  FW106:
    'A field does not exist where it stands. kubectl refuses the object; older clients drop the field silently, and what it was meant to say is lost.',
  FW107:
    'A field has a value that the API server refuses: of the wrong type, out of range, badly spelled, or in contradiction to another field. The object would not be created, so it is left out.',
  FW108:
    'The same object is written twice. When both are applied, the later one overwrites the earlier one, and which is later depends on the order of the files.',
  FW109:
    'A manifest is written in a form that upstream has removed. A cluster of today refuses it, or takes it and ignores what it says.',
  FW110:
    'The site file is not as its schema asks: a field is missing, unknown or of the wrong type. No site can be built from it. Editors show the same while you type when the first line names the schema.',
  FW111: 'There is more than one Site. A lab is one site, so only the first counts, and what the others say is lost.',
  FW120:
    'Objects are in a namespace that nothing creates. Namespaces are not made by naming them: the API server refuses every object in one that is missing.',
  FW130: 'The API server of the lab refused an object when `fairway up` applied it. Everything else was applied.',

  FW201:
    'An address or range of the site cannot be read, or has host bits set beyond its prefix, so that it is not the range it seems to be.',
  FW202:
    'Two address ranges of the site have addresses in common. A packet to such an address has two places to go, and it goes to one of them for all.',
  FW203:
    'A machine of the site has an address outside the LAN. Nobody on the LAN can reach it by ARP, so neither its routes nor load-balancer addresses work.',
  FW204:
    'Two machines or ingress classes of the site have the same name or address. The second cannot exist beside the first.',
  FW205: 'The pod range cannot be cut into a slice for every node, so the last nodes could run no pod.',
  FW206:
    'The address of the DNS Service is outside the Service range. The API server hands out Service addresses from that range only, so there would be no DNS.',
  FW210:
    'A load-balancer pool holds an address that belongs to a machine of the LAN. Cilium knows nothing of machines: it hands the address out, two machines answer for it, and connections break at random. Fairway never hands it out.',
  FW211:
    'A load-balancer pool holds addresses outside the LAN. They are announced by ARP, and no client asks the LAN for an address that lies elsewhere: it asks its router.',
  FW212:
    'Two load-balancer pools overlap, or one overlaps itself. The newer pool stands back and hands out nothing at all, also not from its other blocks.',
  FW213: 'A block of a load-balancer pool in the cluster cannot be read, and gives no addresses.',
  FW214:
    'Every address of a load-balancer pool is taken. Nothing is wrong yet; the next LoadBalancer Service stays <pending>.',
  FW215:
    'A load-balancer pool holds the whole LAN, with the router, the nodes and everything the DHCP server gives out. The first Service without a wish gets the lowest address, usually the router’s, and the LAN loses its way out.',
  FW216:
    'An announcement policy announces no address: it asks for no kind of address, or selects no Service or no node. The addresses it was written for are assigned and never answered for.',
  FW217:
    'A Service gets a load-balancer address that no announcement policy has announced. kubectl shows the address, and every connection to it times out.',
  FW220:
    'The pools that are for a LoadBalancer Service have no address left for it. It stays <pending>, without an Event.',
  FW221:
    'No pool hands out addresses to a LoadBalancer Service: there is none, the selectors exclude it, or none holds the address it asks for. It stays <pending>, without an Event.',
  FW222:
    'A LoadBalancer Service asks for an address that another Service or a machine has, and that cannot be shared. It stays <pending>, or loses the address to whoever comes first.',

  FW301:
    'A Service selects pods by labels that no workload of its namespace puts on its pods. It gets an address and a name, and refuses every connection.',
  FW302:
    'A Service port leads to a port that the selected containers do not declare, or only some of them. Connections to it are refused, all or a share of them.',
  FW303:
    'A Service has no selector, and nothing else gives it endpoints. It gets an address and a name, and refuses every connection.',
  FW304:
    'Two Services claim the same external address and port. A packet can go to one of them only; the older Service keeps it.',
  FW305:
    'A node port is outside the range of node ports, or another Service has it. The API server refuses the Service.',
  FW306:
    'A cluster address is outside the Service range, or another Service has it. The API server refuses the Service.',
  FW307:
    'A Service of type ExternalName leads to an address. Its DNS answer is an alias, and aliases lead to names: clients look up a host called by these digits, and find none.',
  FW308:
    'A Service of type ExternalName leads to a name of the cluster that no Service has. Clients get an alias, and then nothing.',
  FW310:
    'More pods want a port of their node than there are nodes. Each node gives its port to one pod; the others stay Pending.',
  FW311:
    'The Service that a StatefulSet names does not exist, or does not select its pods. Then its pods have no names of their own in DNS, and databases that find their peers by name do not come together.',
  FW312:
    'A probe asks a port that its container does not declare. A name that is not declared cannot be found at all: the probe fails each time, and the pod never becomes ready or is restarted for ever.',
  FW320:
    'A pod needs a ConfigMap, Secret, ServiceAccount or volume claim that is not among the manifests. Its containers do not start until it exists.',
  FW321: 'A pod takes a key from a ConfigMap or Secret that does not hold it. Its containers do not start.',

  FW401:
    'Two rules ask for the same host and path of one ingress class. The older object serves it; the other rule never gets a request.',
  FW402: 'An Ingress or HTTPRoute leads to a Service that does not exist. Its requests are answered with an error.',
  FW403:
    'An Ingress or HTTPRoute names a port that the Service does not have. It must be a port of the Service, not the target port behind it. Its requests are answered with an error.',
  FW404: 'An Ingress or HTTPRoute leads to a Service that has no ready endpoint. Its requests are answered with 503.',
  FW405: 'A rule is for a host that is no host name, so no request can be for it. The rule is left out.',
  FW406: 'A path can never match a request, or would change its meaning on the way. The path is left out.',
  FW407:
    'A path leads to a resource and not to a Service, which no NGINX class serves. Its requests are answered with 404.',
  FW408:
    'An Ingress names an ingress class that does not exist, or names none and there is no default. No controller takes it up, and no Event says so.',
  FW409:
    'Two ingress classes call themselves the default. Kubernetes then refuses to choose, and an Ingress without a class is served by nobody.',
  FW410: 'An annotation of ingress-nginx has no effect in Fairway yet. The Ingress is served as if it were absent.',
  FW411:
    'An annotation asks for a protection that Fairway does not have yet, such as authentication. Serving the paths without it would open them to everyone, so they answer 503.',
  FW412:
    'An annotation holds raw NGINX configuration, which is refused: whoever may write an Ingress could read every secret of the proxy with it.',
  FW413: 'An annotation has a value that cannot be read. The default stays in force.',
  FW414:
    'Two ingress classes serve the same host. DNS on the LAN answers with the addresses of both, and clients get now one class, now the other.',
  FW420:
    'An Ingress names a Secret for its certificate that does not exist. The host is served with the default certificate.',
  FW421: 'A Secret holds no usable certificate. The host is served with the default certificate.',
  FW422: 'A certificate does not cover the host it is used for. The host is served with the default certificate.',
  FW423:
    'A tls entry of an Ingress is for a host that none of its rules has. The certificate is used for no request, and the host it was meant for goes without.',
  FW430: 'A listener of a Gateway asks for something that is not served here. No route is served on it.',
  FW431:
    'A Gateway does not take an HTTPRoute: it has no such listener, does not allow the namespace, or serves other host names. The route is not served there.',
  FW432:
    'An HTTPRoute uses a feature that is not supported. What cannot be kept is never left out silently: its share of the requests is answered with an error.',
  FW433: 'An HTTPRoute names a backend that cannot be resolved. Its share of the requests is answered with an error.',
  FW434: 'An HTTPRoute hangs on a Gateway that does not exist. It is served nowhere.',
  FW440: 'NGINX itself refuses a configuration. The last good one stays in force.',

  FW501:
    'A NetworkPolicy selects no pod of its namespace. It guards nothing, and what it was meant to guard stands open.',

  FW901: 'A setting of the ingress class has a name from elsewhere. The real ingress-nginx ignores it without a word.',
  FW902: 'A setting of the ingress class is not known to ingress-nginx. It has no effect.',
  FW903: 'A setting of the ingress class has a value that cannot be read. The default stays in force.',
  FW904: 'A setting of the ingress class has no effect in Fairway yet. The default stays in force.',
  FW910:
    'cilium-config holds a key that Cilium has removed, renamed or never had. The agent ignores it, and the default is in force, which may be the opposite.',
}

/** Undefined for a code that is not in the table. */
export function explanationOf(code: string): string | undefined {
  return Object.hasOwn(explanations, code) ? explanations[code as Code] : undefined
}
