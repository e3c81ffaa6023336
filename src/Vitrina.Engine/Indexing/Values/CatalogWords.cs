using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Language;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Values;

/// <summary>What queries are read by: the words that items say, and the values that words name. One writer, in journal order.</summary>
/// <param name="analyzer">Analyses values as queries are.</param>
/// <param name="schema">The vertical's attributes.</param>
/// <param name="keywords">The words behind keyword ordinals, by slot.</param>
/// <param name="listKeywords">The words behind ordinals of multiple keywords, by slot.</param>
internal sealed class CatalogWords(TextAnalyzer analyzer, ItemSchema schema, SymbolTable[] keywords, SymbolTable[] listKeywords)
{
    private readonly Vocabulary _vocabulary = new();
    private readonly ValueIndex _values = new(analyzer, schema);

    /// <summary>Takes over an item's new state.</summary>
    public void Apply(Item? before, Item after)
    {
        if (before is not null && before.IsDeleted == after.IsDeleted && before.Texts.AsSpan().SequenceEqual(after.Texts)
            && before.Keywords.AsSpan().SequenceEqual(after.Keywords) && before.KeywordLists.AsSpan().SequenceEqual(after.KeywordLists))
        {
            return;
        }

        Count(before, -1);
        Count(after, +1);
    }

    /// <summary>The words of this moment.</summary>
    public VocabularyView FreezeVocabulary() => _vocabulary.Freeze();

    /// <summary>The values of this moment.</summary>
    public ValueView FreezeValues() => _values.Freeze();

    /// <summary>Freezes the words; they are written when the returned function is called, on any thread.</summary>
    public Action<ByteWriter> BeginSave()
    {
        var (vocabulary, values) = (FreezeVocabulary(), FreezeValues());
        return writer =>
        {
            writer.WriteVarUInt(TextIndex.AnalysisVersion);
            vocabulary.Save(writer);
            values.Save(writer);
        };
    }

    /// <summary>Takes over what <see cref="BeginSave"/> wrote, into words of no item yet.</summary>
    /// <returns>False, with nothing taken over, when texts were analysed differently then.</returns>
    /// <exception cref="CodecException">The bytes are no words.</exception>
    public bool TryLoad(ref ByteReader reader)
    {
        if (reader.ReadVarUInt() != TextIndex.AnalysisVersion)
        {
            return false;
        }

        _vocabulary.Load(ref reader);
        _values.Load(ref reader);
        return true;
    }

    private void Count(Item? item, int change)
    {
        if (item is not { IsDeleted: false })
        {
            return;
        }

        _values.Count(item, change, keywords, listKeywords);
        foreach (var text in item.Texts)
        {
            _vocabulary.Count(text, change);
        }

        // Brands and colours are typed as other words are, whether or not titles say them.
        for (var slot = 0; slot < item.Keywords.Length; slot++)
        {
            _vocabulary.Count(item.Keywords[slot] >= 0 ? keywords[slot][item.Keywords[slot]] : null, change);
        }

        for (var slot = 0; slot < item.KeywordLists.Length; slot++)
        {
            foreach (var ordinal in item.KeywordLists[slot])
            {
                _vocabulary.Count(listKeywords[slot][ordinal], change);
            }
        }
    }
}
