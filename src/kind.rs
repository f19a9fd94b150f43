//! The kinds of document that Weighbridge knows, by the names that policies and
//! configuration use for them.

use std::fmt;

macro_rules! kinds {
    ($($variant:ident $name:literal $api:expr, $what:literal;)*) => {
        /// A kind of document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = $what] $variant,)*
        }

        impl Kind {
            /// Every kind, in the order of this file.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in policies, configuration and output: `release`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The `kind:` that a document of ours gives itself: `ModelRelease`.
            pub fn api_kind(self) -> Option<&'static str> {
                match self { $(Self::$variant => $api,)* }
            }

            /// One line on what it is.
            pub fn describe(self) -> &'static str {
                match self { $(Self::$variant => $what,)* }
            }
        }
    };
}

kinds! {
    Card "card" None, "a model card in Markdown";
    Release "release" Some("ModelRelease"), "the manifest of one model release";
    EvaluationPacket "evaluation-packet" Some("EvaluationPacket"), "the evaluation suites, metrics and sign-off of one checkpoint";
    SecurityReview "security-review" Some("SecurityReview"), "the answers of the AI release questionnaire";
    ApprovalRecord "approvals" Some("ApprovalRecord"), "the six approval steps of a release and its attestation";
    ModelRegistry "model-registry" Some("ModelRegistry"), "the registered models and their versions";
    PromptRegistry "prompt-registry" Some("PromptRegistry"), "the registered prompts and their versions";
    Dataset "dataset" Some("Dataset"), "one revision of a dataset, described for every release that uses it";
    Organisation "organisation" Some("Organisation"), "the roster, calendar, use cases and release classes of an organisation";
    Waivers "waivers" Some("Waivers"), "the exceptions that an organisation has granted";
    Config "config" Some("Config"), "the configuration of this tool, weighbridge.yaml";
    Policy "policy" Some("PolicyPack"), "a pack of policy rules";
    AdapterConfig "adapter-config" None, "the configuration file of a PEFT adapter";
    Kitfile "kitfile" None, "a KitOps Kitfile";
    MlModel "mlmodel" None, "the description file of an MLflow model";
    CycloneDx "cyclonedx" None, "a CycloneDX bill of materials";
    HubEvalResults "hub-eval-results" None, "an evaluation result file of the Hub";
    EvaluationResults "evaluation-results" None, "a result file that an evaluation packet or a manifest names";
    Criteria "evaluation-criteria" None, "the criteria that an evaluation packet names, as data";
    Flags "flags" None, "a flagd feature-flag file";
    Serving "serving" None, "a file by which models are served: Kubernetes manifests, a Compose file, a Modelfile";
    Prompt "prompt" None, "a prompt in a file of its own: Prompty or dotprompt";
    Code "code" None, "a source file that names a model";
    Alerts "alerts" None, "a file of alert rules, as Prometheus reads them";
}

impl Kind {
    /// The kind of that name, or of that `kind:` value.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name || kind.api_kind() == Some(name))
    }

    /// Whether a file of it may hold several documents: its root is then one mapping with
    /// the list `documents`, however many there are.
    pub fn is_stream(self) -> bool {
        matches!(self, Self::Serving | Self::Alerts)
    }

    /// Whether it is one of our own documents, which carry `apiVersion` and `kind`.
    pub fn is_ours(self) -> bool {
        self.api_kind().is_some()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
