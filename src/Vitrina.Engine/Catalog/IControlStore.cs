namespace Vitrina.Engine.Catalog;

/// <summary>Keeps small control documents (jobs, API keys, finished imports) between runs: JSON by collection and key.</summary>
/// <remarks>Safe for concurrent use; every write is durable when it returns.</remarks>
public interface IControlStore : IDisposable
{
    /// <summary>Writes a document, replacing an earlier one.</summary>
    void Put(string collection, string key, string json);

    /// <summary>Reads a document, or null.</summary>
    string? Find(string collection, string key);

    /// <summary>All documents of a collection, by key in ordinal order.</summary>
    IReadOnlyList<KeyValuePair<string, string>> List(string collection);

    /// <summary>Removes a document.</summary>
    /// <returns>False when there was none.</returns>
    bool Remove(string collection, string key);

    /// <summary>Leaves no bytes of what was replaced or removed in any file.</summary>
    /// <returns>False when a reader stood in the way: to be tried again later.</returns>
    bool Scrub();
}
