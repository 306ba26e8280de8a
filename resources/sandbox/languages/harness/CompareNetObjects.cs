// The part of KellermanSoftware.CompareNetObjects that MBXP's tests use, written from its documented behaviour:
// deep comparison of values, strings, sequences in order, dictionaries, and objects by public properties and fields.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace KellermanSoftware.CompareNetObjects {
    public class ComparisonResult {
        public bool AreEqual { get; internal set; }
        public string DifferencesString { get { return AreEqual ? "" : "the objects differ"; } }
    }

    public class CompareLogic {
        public ComparisonResult Compare(object expected, object actual) {
            return new ComparisonResult { AreEqual = Same(expected, actual, 0) };
        }

        static bool Same(object a, object b, int depth) {
            if (ReferenceEquals(a, b)) return true;
            if (a == null || b == null || depth > 200) return false;
            var type = a.GetType();
            if (type != b.GetType()) return false;
            if (type.IsPrimitive || type.IsEnum || a is string || a is decimal || a is DateTime || a is TimeSpan || a is Guid)
                return a.Equals(b);
            var left = a as IDictionary;
            if (left != null) {
                var right = (IDictionary)b;
                if (left.Count != right.Count) return false;
                foreach (DictionaryEntry entry in left)
                    if (!right.Contains(entry.Key) || !Same(entry.Value, right[entry.Key], depth + 1)) return false;
                return true;
            }
            var items = a as IEnumerable;
            if (items != null) {
                var x = items.Cast<object>().ToList();
                var y = ((IEnumerable)b).Cast<object>().ToList();
                if (x.Count != y.Count) return false;
                if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(HashSet<>))
                    return x.All(item => y.Any(other => Same(item, other, depth + 1)));
                return x.Zip(y, (first, second) => Same(first, second, depth + 1)).All(same => same);
            }
            var flags = BindingFlags.Public | BindingFlags.Instance;
            var properties = type.GetProperties(flags).Where(p => p.CanRead && p.GetIndexParameters().Length == 0);
            var fields = type.GetFields(flags);
            if (!properties.Any() && fields.Length == 0) return a.Equals(b);
            return properties.All(p => Same(p.GetValue(a, null), p.GetValue(b, null), depth + 1))
                && fields.All(f => Same(f.GetValue(a), f.GetValue(b), depth + 1));
        }
    }
}
