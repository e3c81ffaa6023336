namespace Vitrina.Engine.Catalog;

/// <summary>A control store that lives as long as its process: for tests and for runs that keep nothing.</summary>
public sealed class MemoryControlStore : IControlStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SortedDictionary<string, string>> _collections = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Put(string collection, string key, string json)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(json);
        lock (_gate)
        {
            if (!_collections.TryGetValue(collection, out var documents))
            {
                _collections[collection] = documents = new SortedDictionary<string, string>(StringComparer.Ordinal);
            }

            documents[key] = json;
        }
    }

    /// <inheritdoc/>
    public string? Find(string collection, string key)
    {
        lock (_gate)
        {
            return _collections.GetValueOrDefault(collection)?.GetValueOrDefault(key);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> List(string collection)
    {
        lock (_gate)
        {
            return _collections.TryGetValue(collection, out var documents) ? [.. documents] : [];
        }
    }

    /// <inheritdoc/>
    public bool Remove(string collection, string key)
    {
        lock (_gate)
        {
            return _collections.TryGetValue(collection, out var documents) && documents.Remove(key);
        }
    }

    /// <inheritdoc/>
    public bool Scrub() => true;

    /// <summary>Forgets nothing: there is nothing to close.</summary>
    public void Dispose()
    {
    }
}
