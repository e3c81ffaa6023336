namespace Vitrina.Api.Security;

/// <summary>What an API key may do.</summary>
[Flags]
public enum ApiScopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Ask for rankings and read everything else.</summary>
    Read = 1,

    /// <summary>Send events.</summary>
    WriteEvents = 2,

    /// <summary>Change items, users, sellers and feature tables.</summary>
    WriteCatalog = 4,

    /// <summary>Everything: publish models, run jobs, switch surfaces.</summary>
    Admin = 8,
}
