using Vitrina.Engine.Catalog;
using Vitrina.Engine.Language;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Values;

/// <summary>A value of a keyword attribute that words may name.</summary>
/// <param name="Attribute">Index of the attribute among those of the index.</param>
/// <param name="Ordinal">The value's ordinal in the attribute's own table.</param>
/// <param name="Number">The value's own number in the index.</param>
internal readonly record struct NamedAttributeValue(int Attribute, int Ordinal, int Number);

/// <summary>A value that an item had once, by its own number in the index.</summary>
/// <param name="Attribute">Index of the attribute among those of the index.</param>
/// <param name="Ordinal">The value's ordinal in the attribute's own table.</param>
internal readonly record struct MetValue(int Attribute, int Ordinal);

/// <summary>The values of keyword attributes by the words that name them, with the number of items that have them. One writer; readers use the frozen views.</summary>
/// <remarks>A value's name is the stems of its words without function words, so that "красные" names "красный". The cost of a change is the item's own values.</remarks>
internal sealed class ValueIndex
{
    /// <summary>A value of more words is a text and no name.</summary>
    public const int MaxWords = 5;

    private readonly TextAnalyzer _analyzer;
    private readonly AttributeSlot[] _attributes;
    private readonly int[][] _numbers;
    private readonly SymbolTable _names = new();
    private readonly PagedArray<NamedAttributeValue[]> _values = new();
    private readonly PagedArray<MetValue> _met = new();
    private readonly PagedArray<int> _counts = new();
    private readonly TokenBuffer _tokens = new();
    private ValueView? _last;

    /// <summary>An empty index over all keyword attributes: which of them are intents is for the reader to ask, since that may change as it runs.</summary>
    public ValueIndex(TextAnalyzer analyzer, ItemSchema schema)
    {
        _analyzer = analyzer;
        _attributes = [.. schema.Slots.Where(slot => slot.Kind == AttributeKind.Keyword)];
        _numbers = new int[_attributes.Length][];
        Array.Fill(_numbers, []);
    }

    /// <summary>Counts an item's values.</summary>
    /// <param name="item">The item; null and deleted ones have none.</param>
    /// <param name="change">+1 for a state that came, −1 for one that went.</param>
    /// <param name="words">The words behind keyword ordinals, by slot.</param>
    /// <param name="listWords">The words behind ordinals of multiple keywords, by slot.</param>
    public void Count(Item? item, int change, SymbolTable[] words, SymbolTable[] listWords)
    {
        for (var attribute = 0; item is { IsDeleted: false } && attribute < _attributes.Length; attribute++)
        {
            var slot = _attributes[attribute];
            if (slot.Storage == AttributeStorage.KeywordLists)
            {
                foreach (var ordinal in item.KeywordLists[slot.Slot])
                {
                    Count(attribute, ordinal, change, listWords[slot.Slot]);
                }
            }
            else if (item.Keywords[slot.Slot] is >= 0 and var ordinal)
            {
                Count(attribute, ordinal, change, words[slot.Slot]);
            }
        }
    }

    /// <summary>The content of this moment, for any number of readers; the same object as before when nothing changed.</summary>
    public ValueView Freeze() => _last ??= new ValueView(_attributes, _names, _values.Freeze(), _met.Freeze(), _counts.Freeze());

    private void Count(int attribute, int ordinal, int change, SymbolTable words)
    {
        ref var number = ref NumberOf(attribute, ordinal);
        if (number == 0)
        {
            Meet(attribute, ordinal, ref number);
            Name(new NamedAttributeValue(attribute, ordinal, number - 1), words[ordinal]);
        }

        _counts.Edit(number - 1) += change;
        _last = null;
    }

    // 0 stands for a value that was not met; numbers are kept plus one.
    private ref int NumberOf(int attribute, int ordinal)
    {
        ref var numbers = ref _numbers[attribute];
        while (ordinal >= numbers.Length)
        {
            Array.Resize(ref numbers, Math.Max(16, numbers.Length * 2));
        }

        return ref numbers[ordinal];
    }

    private void Meet(int attribute, int ordinal, ref int number)
    {
        _met.Add(new MetValue(attribute, ordinal));
        number = _counts.Add(0) + 1;
    }

    /// <summary>Takes over what <see cref="ValueView.Save"/> wrote, into an empty index of the same attributes.</summary>
    public void Load(ref ByteReader reader)
    {
        if (reader.ReadVarUInt() != (ulong)_attributes.Length)
        {
            throw new CodecException("values of other attributes", reader.Position);
        }

        for (var left = reader.ReadCount(3); left > 0; left--)
        {
            var (attribute, ordinal) = ((int)reader.ReadVarUInt(), (int)reader.ReadVarUInt());
            ref var number = ref NumberOf(attribute, ordinal);
            Meet(attribute, ordinal, ref number);
            _counts.Edit(number - 1) = (int)reader.ReadVarInt();
        }

        for (var left = reader.ReadCount(2); left > 0; left--)
        {
            _names.GetOrAdd(reader.ReadString());
            var values = new NamedAttributeValue[reader.ReadCount()];
            for (var i = 0; i < values.Length; i++)
            {
                var number = (int)reader.ReadVarUInt();
                values[i] = new NamedAttributeValue(_met[number].Attribute, _met[number].Ordinal, number);
            }

            _values.Add(values);
        }
    }

    private void Name(NamedAttributeValue value, string text)
    {
        _analyzer.Analyze(text, _tokens);
        var name = NameOf(_tokens, out var wordCount);
        if (wordCount is 0 or > MaxWords)
        {
            return;
        }

        var ordinal = _names.GetOrAdd(name);
        if (ordinal == _values.Count)
        {
            _values.Add([value]);
        }
        else
        {
            _values.Edit(ordinal) = [.. _values[ordinal], value];
        }
    }

    private static string NameOf(TokenBuffer tokens, out int wordCount)
    {
        var terms = new List<string>();
        for (var token = 0; token < tokens.Count; token++)
        {
            if (tokens[token].IsBase && !FunctionWords.Contains(tokens.Term(token)))
            {
                terms.Add(tokens.Term(token).ToString());
            }
        }

        wordCount = terms.Count;
        return string.Join(' ', terms);
    }
}
