using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine;

/// <summary>What a checkpoint holds of a vertical.</summary>
internal sealed partial class MarketState
{
    /// <summary>Takes over the stored text index; false when there is none that can be used.</summary>
    public bool TryLoadText(byte[]? bytes)
    {
        if (_text is null || bytes is null)
        {
            return false;
        }

        var reader = new ByteReader(bytes);
        return _text.TryLoad(ref reader);
    }

    /// <summary>Takes over the stored words; false when there are none that can be used.</summary>
    public bool TryLoadWords(byte[]? bytes)
    {
        if (_words is null || bytes is null)
        {
            return false;
        }

        var reader = new ByteReader(bytes);
        return _words.TryLoad(ref reader);
    }

    public void SaveQueries(ByteWriter writer) => _asked.Save(writer);

    public void LoadQueries(ref ByteReader reader) => _asked.Load(ref reader);

    public void FreezeKeywords(FrozenSection section)
    {
        _catalog.ItemsOf(_vertical.Name).FreezeKeywords(section);
        _offers?.SaveZones(section.Now);
    }

    public void LoadKeywords(ref ByteReader reader)
    {
        _catalog.ItemsOf(_vertical.Name).LoadKeywords(ref reader);
        _offers?.LoadZones(ref reader);
    }

    /// <summary>Freezes what cannot be rebuilt from the catalogue.</summary>
    public void Freeze(FrozenSection section)
    {
        FinishUpdate(waits: true);
        _statistics.Freeze(section);
        _history.Freeze(section);
        _crediting.Freeze(section);
        foreach (var table in _tables)
        {
            table.Freeze(section);
        }

        _offers?.Freeze(section);
        _visits?.Freeze(section);
    }

    /// <summary>Freezes what a checkpoint holds only to save time, by name.</summary>
    public IEnumerable<(string Name, Action<ByteWriter> Write)> FreezeParts()
    {
        if (_text is not null)
        {
            yield return ("text", _text.BeginSave());
        }

        if (_words is not null)
        {
            yield return ("words", _words.BeginSave());
        }
    }

    public void Load(ref ByteReader reader)
    {
        _statistics.Load(ref reader);
        _history.Load(ref reader);
        _crediting.Load(ref reader);
        foreach (var table in _tables)
        {
            table.Load(ref reader);
        }

        _offers?.Load(ref reader, ItemsOfVertical(), OfferCounts());
        _visits?.Load(ref reader);
    }
}
