using System.ComponentModel.DataAnnotations;

namespace Vitrina.Engine.Verticals;

/// <summary>How large the documents that callers send may be.</summary>
public sealed class DocumentLimits
{
    /// <summary>The limits that hold unless the configuration says otherwise.</summary>
    public static DocumentLimits Default { get; } = new();

    /// <summary>Bytes of one document. Default 1 MB: a large item with texts and a vector is a tenth of it.</summary>
    [Range(256, 1 << 28)]
    public int MaxDocumentBytes { get; init; } = 1 << 20;

    /// <summary>Characters of an id. Default 128: ids are copied into every event and token.</summary>
    [Range(8, 1024)]
    public int MaxIdLength { get; init; } = 128;

    /// <summary>Characters of a keyword, query, channel or context value. Default 4,096.</summary>
    [Range(16, 1 << 20)]
    public int MaxStringLength { get; init; } = 4096;

    /// <summary>Characters of a text attribute. Default 65,536.</summary>
    [Range(16, 1 << 24)]
    public int MaxTextLength { get; init; } = 65_536;

    /// <summary>Attributes of one item, user or seller, and columns of one feature row. Default 256.</summary>
    [Range(1, 10_000)]
    public int MaxAttributes { get; init; } = 256;

    /// <summary>Pairs in a context. Default 32.</summary>
    [Range(0, 1_000)]
    public int MaxContextPairs { get; init; } = 32;

    /// <summary>Elements of a list: keywords, zones, the items of a ranking. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int MaxListLength { get; init; } = 1000;
}
