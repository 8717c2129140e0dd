// The messages about settings.

/// Settings of topics and brokers.
package enum DescribeConfigs: Api {
    package static let key = ApiKey.describeConfigs
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleSince: Int16? = 4

    package struct Request: Structure {
        package var resources: [Resource] = []
        package var includeSynonyms = false
        package var includeDocumentation = false

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Resources", &resources)
            try coder.field("IncludeSynonyms", &includeSynonyms, since: 1)
            try coder.field("IncludeDocumentation", &includeDocumentation, since: 3)
        }

        package struct Resource: Structure {
            package var resourceType: Int8 = 0
            package var resourceName = ""
            package var configurationKeys: [String]? = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("ResourceType", &resourceType)
                try coder.field("ResourceName", &resourceName)
                try coder.field("ConfigurationKeys", &configurationKeys)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var results: [Result] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs)
            try coder.field("Results", &results)
        }

        package struct Result: Structure {
            package var errorCode: ErrorCode = .none
            package var errorMessage: String?
            package var resourceType: Int8 = 0
            package var resourceName = ""
            package var configs: [Config] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("ErrorCode", &errorCode)
                try coder.field("ErrorMessage", &errorMessage)
                try coder.field("ResourceType", &resourceType)
                try coder.field("ResourceName", &resourceName)
                try coder.field("Configs", &configs)
            }
        }

        package struct Config: Structure {
            package var name = ""
            package var value: String?
            package var readOnly = false
            package var isDefault = false
            package var configSource: Int8 = -1
            package var isSensitive = false
            package var synonyms: [Synonym] = []
            package var configType: Int8 = 0
            package var documentation: String?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("Value", &value)
                try coder.field("ReadOnly", &readOnly)
                try coder.field("IsDefault", &isDefault, until: 0)
                try coder.field("ConfigSource", &configSource, since: 1)
                try coder.field("IsSensitive", &isSensitive)
                try coder.field("Synonyms", &synonyms, since: 1)
                try coder.field("ConfigType", &configType, since: 3)
                try coder.field("Documentation", &documentation, since: 3)
            }
        }

        package struct Synonym: Structure {
            package var name = ""
            package var value: String?
            package var source: Int8 = 0

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("Value", &value)
                try coder.field("Source", &source)
            }
        }
    }
}

/// Sets all settings anew, as clients did before KIP-339: what is not named goes back to its default.
package enum AlterConfigs: Api {
    package static let key = ApiKey.alterConfigs
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleSince: Int16? = 2

    package struct Request: Structure {
        package var resources: [Resource] = []
        package var validateOnly = false

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Resources", &resources)
            try coder.field("ValidateOnly", &validateOnly)
        }

        package struct Resource: Structure {
            package var resourceType: Int8 = 0
            package var resourceName = ""
            package var configs: [Config] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("ResourceType", &resourceType)
                try coder.field("ResourceName", &resourceName)
                try coder.field("Configs", &configs)
            }
        }

        package struct Config: Structure {
            package var name = ""
            package var value: String?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("Value", &value)
            }
        }
    }

    /// The fields are those of the later request.
    package typealias Response = IncrementalAlterConfigs.Response
}

/// Changes settings one by one (KIP-339).
package enum IncrementalAlterConfigs: Api {
    package static let key = ApiKey.incrementalAlterConfigs
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleSince: Int16? = 1

    package struct Request: Structure {
        package var resources: [Resource] = []
        package var validateOnly = false

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Resources", &resources)
            try coder.field("ValidateOnly", &validateOnly)
        }

        package struct Resource: Structure {
            package var resourceType: Int8 = 0
            package var resourceName = ""
            package var configs: [Config] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("ResourceType", &resourceType)
                try coder.field("ResourceName", &resourceName)
                try coder.field("Configs", &configs)
            }
        }

        package struct Config: Structure {
            package var name = ""
            package var configOperation: Int8 = 0
            package var value: String?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("ConfigOperation", &configOperation)
                try coder.field("Value", &value)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var responses: [Resource] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs)
            try coder.field("Responses", &responses)
        }

        package struct Resource: Structure {
            package var errorCode: ErrorCode = .none
            package var errorMessage: String?
            package var resourceType: Int8 = 0
            package var resourceName = ""

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("ErrorCode", &errorCode)
                try coder.field("ErrorMessage", &errorMessage)
                try coder.field("ResourceType", &resourceType)
                try coder.field("ResourceName", &resourceName)
            }
        }
    }
}
